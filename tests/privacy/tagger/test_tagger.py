"""The tagger as shipped: what it finds, what it leaves alone, and that its offsets are exact."""

from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vestibule.privacy.entities import ENTITIES
from vestibule.privacy.tagger import Tagger, tagger

TAGGER = Tagger.load()


def found(text: str) -> list[tuple[str, str]]:
    return [(span.type, text[span.start : span.end]) for span in TAGGER.tag(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Please ask Anna Berg to check AHU-3.", "Anna Berg"),
        ("Ticket raised by Mr. O'Sullivan about the lift.", "O'Sullivan"),
        ("Best regards,\nThomas Lindqvist\nFacility Manager", "Thomas Lindqvist"),
        ("the tenant maria garcia complains about the heating", "maria garcia"),
        ("Dear Mrs Okonkwo, the filter change is on Monday.", "Okonkwo"),
        ("J. K. Whitfield signed the lease in March.", "J. K. Whitfield"),
        ("Herr Schröder hat den Schlüssel zum Technikraum.", "Schröder"),
        ("Merci d'appeler Mme Lefebvre au sujet de la chaudière.", "Lefebvre"),
        ("El inquilino José Martínez no tiene agua caliente.", "José Martínez"),
        ("Anh Nguyễn Văn Hùng báo điều hòa không lạnh.", "Nguyễn Văn Hùng"),
        ("Jean-Pierre Dubois's office is too cold.", "Jean-Pierre Dubois"),
        ("ASSIGNED TO: PETER SCHULZ", "PETER SCHULZ"),
        ("From: Aoife Brennan <a.brennan@example.com>", "Aoife Brennan"),
        ("Present: J. Smith, Anna Berg, P. K. Osei", "J. Smith"),
        ("hi rosalind, the boiler tripped again", "rosalind"),
        ("ask Min-seo Park about the invoice", "Min-seo Park"),
        ("Thanks,\nGiorgia", "Giorgia"),
        ("Clotilde said that the valve is open.", "Clotilde"),
        ("Gracias a Elvira Montoya Ferrer por el informe.", "Elvira Montoya Ferrer"),
        ("Frau Weidenbacher hat angerufen.", "Weidenbacher"),
        ("Hỏi chị Lê Thị Thảo về hóa đơn tháng trước.", "Lê Thị Thảo"),
    ],
)
def test_finds_people_by_their_exact_bounds(text: str, name: str) -> None:
    assert ("PERSON", name) in found(text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Send the filters to 221 Baker Street, London NW1 6XE.", "221 Baker Street, London NW1 6XE"),
        ("The building at 1600 Elm Avenue, Springfield, IL 62704 leaks.", "1600 Elm Avenue, Springfield, IL 62704"),
        ("Lieferung an Lindenstraße 12, 10969 Berlin bitte.", "Lindenstraße 12, 10969 Berlin"),
        ("Livraison au 14 rue de la Paix, 75002 Paris.", "14 rue de la Paix, 75002 Paris"),
        ("Nuestra oficina está en Calle Mayor 25, 28013 Madrid.", "Calle Mayor 25, 28013 Madrid"),
        ("Giao hàng đến 45 Nguyễn Huệ, Quận 1, TP. Hồ Chí Minh.", "45 Nguyễn Huệ, Quận 1, TP. Hồ Chí Minh"),
    ],
)
def test_finds_postal_addresses(text: str, address: str) -> None:
    assert ("ADDRESS", address) in found(text)


@pytest.mark.parametrize(
    ("text", "organisation"),
    [
        ("The contract with Northgate Facilities Ltd ends in June.", "Northgate Facilities Ltd"),
        ("Invoice from Brandtner Klimatechnik GmbH for the chiller.", "Brandtner Klimatechnik GmbH"),
        ("We got a quote from Harper & Sons.", "Harper & Sons"),
        ("The tenant, Wrenfield Veterinary Practice, complains about noise.", "Wrenfield Veterinary Practice"),
        ("Mieter: Kanzlei Brockmann\nStörung: Heizung kalt", "Kanzlei Brockmann"),
        ("Entre Delmas Énergie SARL et le bailleur, il est convenu", "Delmas Énergie SARL"),
    ],
)
def test_finds_organisations(text: str, organisation: str) -> None:
    assert ("ORGANISATION", organisation) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "AHU-1 Supply Air Temp",
        "Chiller 2 tripped at 14:05 on Monday.",
        "Zone_Air_Temp_Setpoint",
        "Why did the rooftop unit run all night in March?",
        "FCU_CHW_Return_Temp, VAV-3-12, ZoneTempSp",
        "The heating was off on Tuesday and Wednesday; 21.5 °C in Room 3.14.",
        "Chilled Water Return Temperature Sensor",
        "BACnet, Modbus and KNX are protocols.",
        "Explain the difference between enthalpy and temperature control.",
        "Bitte die Wartung der Umwälzpumpe und den Filterwechsel bis Freitag bestätigen.",
        "Die Zählerablesung zeigt einen Fehler, Rückmeldung bis Montag.",
        "Le technicien a remplacé la vanne, le compteur indique une consommation normale.",
        "El importe del contrato de mantenimiento asciende a 3.400 EUR anuales.",
        "Máy bơm nước bị hỏng từ tuần trước, vui lòng kiểm tra và báo giá sửa chữa.",
        "ERROR WARNING CRITICAL FAILURE",
        "def restore(self, name: str, role: str) -> dict[str, str]: raise ToolCallError(name)",
        "SELECT meter, reading FROM readings WHERE building = 'north' ORDER BY stamp DESC",
        "user: svc-bms\nbroker: mqtt.plant.local",
        "Leeds and Hamburg want to be carbon neutral by 2035.",
        "The Siemens controller replaces the Honeywell T775 and the Trane RTAF.",
        "",
        "42",
        "…",
    ],
)
def test_leaves_points_equipment_and_days_alone(text: str) -> None:
    assert found(text) == []


def test_titles_and_punctuation_stay_outside() -> None:
    text = "Call Dr. Helen Fraser, please. Is Mr Fraser there?"
    assert found(text) == [("PERSON", "Helen Fraser"), ("PERSON", "Fraser")]


@pytest.mark.parametrize("title", ["Mr", "Mrs", "Ms.", "Dr.", "Herr", "Mme"])
@pytest.mark.parametrize("name", ["Fraser", "Zblewski", "Ardant", "Öztürk"])
def test_a_capitalised_word_behind_a_title_is_a_name(title: str, name: str) -> None:
    assert found(f"please. Is {title} {name} there?") == [("PERSON", name)]


@pytest.mark.parametrize(
    "text", ["Ms Teams is down.", "Is the Dr there?", "Madame, Monsieur, bonjour", "Sr. technician wanted"]
)
def test_a_title_alone_names_nobody(text: str) -> None:
    assert found(text) == []


def test_a_full_name_that_lists_know_is_a_person_wherever_it_stands() -> None:
    assert found("the tenant maria garcia has no heating") == [("PERSON", "maria garcia")]
    assert [kind for kind, _ in found("The supplier Maria Garcia Ltd has no heating.")] == ["ORGANISATION"]


def test_everyday_words_are_cut_from_the_ends_of_a_name() -> None:
    assert found("Hallo Uwe, das Angebot liegt im Ordner.") == [("PERSON", "Uwe")]
    assert found("Anh Nguyễn Văn Hùng đã duyệt báo giá.") == [("PERSON", "Nguyễn Văn Hùng")]


def test_a_span_says_who_found_it_and_what_the_rule_is() -> None:
    (span,) = TAGGER.tag("Please ask Anna Berg to check AHU-3.")
    assert (span.recognizer, span.rule) == ("tagger", ENTITIES["PERSON"].rule)
    assert 0.5 < span.score <= 1


def test_windows_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Please ask Anna Berg to check AHU-3. Our office is at 12 High Street, Leeds LS1 4AP. " * 40
    whole = TAGGER.tag(text)
    assert len(whole) == 80
    monkeypatch.setattr(tagger, "WINDOW", 17)
    assert [(s.type, s.start, s.end) for s in TAGGER.tag(text)] == [(s.type, s.start, s.end) for s in whole]


def test_forgets_words_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Tagger.load()
    text = "Please ask Anna Berg to check AHU-3."
    before = fresh.tag(text)
    monkeypatch.setattr(tagger, "REMEMBERED", 3)
    fresh.tag("one two three four five six seven")
    assert fresh.tag(text) == before
    assert len(fresh._vectors) < 20


def test_threads_share_one_tagger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagger, "REMEMBERED", 30)
    texts = [f"Please ask Anna Berg{n} or Tom Meyer to check AHU-{n}." for n in range(60)]
    alone = [TAGGER.tag(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(TAGGER.tag, texts * 5)) == alone * 5


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["Anna", "Berg", "12", "High", "Street", ",", "\n", " ", "é", "-", "Ltd"])).map(" ".join)
)
def test_spans_are_ordered_apart_and_begin_and_end_in_words(text: str) -> None:
    last = 0
    for span in TAGGER.tag(text):
        assert last <= span.start < span.end <= len(text)
        assert text[span.start].isalnum() or text[span.start] == "_"
        assert text[span.end - 1].isalnum() or text[span.end - 1] == "_"
        last = span.end


def test_the_artefact_is_small_and_what_its_sha256_says(tmp_path: Path) -> None:
    data = (files("vestibule.privacy.tagger") / "tagger.onnx").read_bytes()
    assert len(data) <= 2_000_000
    changed = tmp_path / "tagger.onnx"
    changed.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    changed.with_suffix(".sha256").write_bytes((files("vestibule.privacy.tagger") / "tagger.sha256").read_bytes())
    with pytest.raises(ValueError, match="build the tagger anew"):
        Tagger.load(changed)
