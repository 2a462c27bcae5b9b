"""Words that are never the distinctive part of a building's name on their own, and what the kinds are called.

Needed to tell a name we do not know ("the Riverside Tower") from plain speech ("the cooling tower").
"""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


ORDINARY = _set("""
    a aber about above according across actual actually added advise after afternoon again ago ahu air alarm
    alert all almost also although am an and answer any anybody anyone anything anywhere apparently
    approximately are area as ask at auch auf aus available away back bad bas be because been before being
    better between big bit bms boiler boilers both breakdown brief briefly bring bringing brought building
    buildings busy but by calculate calendar call came campus can center central centre change chart check
    chiller chillers city clean clear clearly cold come coming common company compressor condition consumer
    consumers contract control controller cool cooler cooling coolingtower corporate cost could curious customer
    daily damper dass data date day days dear demand department did differently do document does doing done door
    down downtown drew during each early easter ein eine einem einen einer either electricity emissions end
    energy engineer entire equipment er es estate evening ever every everything exactly example expect expected
    extra facilities facility fan fast figure figures filter find fine finished first floor follow for found
    from full further garden general get give given go going gone good got graph great group guest guests haben
    had half happen happened happening hard has hat have having hello help her here hey hi high higher highest
    his history hot hour hourly hours house how however humidity hvac i ich idea if important in indoor inside
    instead into is ist it its itself job just kann keep kept kilowatt kilowatts kind know konnte large largest
    last late later least let level light lighting like list little live load local location long look looked
    looking looks lot low lower made main maintenance make mal management manager many market maximum may maybe
    me mean measure measured measurements meet meter metered metering meters might minimum minor minute mir mit
    mode monitoring month monthly months more morning most motor much must my nach name need needed never new
    next nice nicht night no noch none noon normally not note nothing notice noticed now number numbers nur
    obvious occupancy occupied oder of off often old on once one online only open opening operate operating
    operation operations operator or order other our out outage outdoor outside overall overview own owner part
    peak people percent performance period person place plan plant please plot point poor possible powerfactor
    present previous price prices probably profile properties property provide public pump quarter question
    quick quickly quite ran rate rather readings real really recent recently recorded regarding regular
    relatively remain replace replaced report reported requirements reset result results right roof room rooms
    run running said same sample save say says schedule schon season see seem seemed seems seen sehr sensor
    series service several shall share she should show showed showing shown shows side sie significant
    significantly similar simply since sind single site sites size slightly small smart so some somebody
    something soon sort space spaces staff start started state statement status stay steam still stop stopped
    storage store such suddenly summarise summarize summary supply sure switch switched system systems table
    take tariff team tell temperature temperatures tenant tenants than thank thanks that the their them then
    there thermostat these they thing things think this those though time times to today together told too tool
    top total totally towards tower track trend tried turn two type typical under understand unit units uns
    unserem unseren unserer unter up upper us usual usually value values valve various ventilation very via
    visit vor want wanted warm was water way we weather week weekdays weekend weekly weeks well went were what
    whatever when where whether which while who whole whom whose why wie will winter with within without wonder
    work worked working worry would year yearly years yes yesterday yet yields you your zone zu über
    """)

KINDS: dict[str, tuple[str, ...]] = {
    "office": (
        "office", "offices", "office building", "office block", "büros", "büro", "bürogebäude",
        "office buildings",
    ),
    "school": ("school", "schools", "schule", "academy", "primary school", "school building"),
    "hospital": ("hospital", "hospitals", "clinic", "clinics", "krankenhaus", "krankenhauses", "klinik", "infirmary"),
    "hotel": ("hotel", "hotels", "inn"),
    "retail": (
        "retail", "retail building", "shop", "shops", "shopping centre", "shopping center", "mall",
        "store", "supermarket", "retail site", "retail park", "shopping mall", "retail centre",
        "retail store",
    ),
    "laboratory": (
        "laboratory", "laboratories", "lab", "labs", "labor", "labors", "research building",
        "laboratory building",
    ),
    "warehouse": (
        "warehouse", "warehouses", "depot", "lager", "lagers", "distribution centre",
        "distribution center", "logistics centre", "logistics building", "storage hall",
    ),
    "data_room": (
        "data room", "data rooms", "data centre", "data center", "datacentre", "datacenter", "server room",
        "data hall", "rechenzentrum", "server rooms",
    ),
}  # fmt: skip

PLURALS = _set("offices schools hospitals clinics hotels shops laboratories labs warehouses") | {
    "data rooms", "server rooms", "office buildings",
}  # fmt: skip

# After one of these words a kind is an adjective and names no building: "office hours", "hotel rooms".
NOT_A_BUILDING_BEFORE = _set(
    "hours hour holiday holidays day days room rooms worker workers staff guests space spaces equipment grade"
)

# Nouns that end the name of a place: with an unknown word before them they name a building we do not have.
PLACES = _set("""
    tower towers plaza building house hall arena campus centre center museum library airport station factory mall
    stadium theatre court gallery pavilion annex annexe villa palace quarter wing block terminal market lodge
    """)
