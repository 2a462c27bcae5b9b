"""Which language a text is told to be in, of what people ask about buildings, and what is told to be in none."""

from __future__ import annotations

import pytest

from vestibule.core.languages import LANGUAGES
from vestibule.routing.languages import language_of

TOLD = {
    "en": (
        "What was the peak load of the Harbour Office in July?",
        "Please compare the gas use of all schools and explain what changed between the last two winters.",
        "How many kWh did our three buildings use?",
    ),
    "de": (
        "Wie hoch war die Spitzenlast im Rathaus im Juli?",
        "Warum ist der Gasverbrauch der Schulen in den letzten zwei Wintern gestiegen?",
        "Bitte erstelle einen Bericht über die Wartung der Lüftung.",
    ),
    "fr": (
        "Quelle était la pointe de puissance de la mairie en juillet ?",
        "Pourquoi la consommation de gaz des écoles est-elle plus élevée que l'année passée ?",
    ),
    "es": (
        "¿Cuál fue la demanda máxima del ayuntamiento en julio?",
        "¿Por qué ha subido el consumo de gas de las escuelas en los últimos dos inviernos?",
    ),
    "it": (
        "Qual è stato il picco di carico del municipio nel mese di luglio?",
        "Perché il consumo di gas delle scuole è più alto di quello della biblioteca?",
    ),
    "pt": (
        "Qual foi a carga máxima da prefeitura em julho e como ela mudou?",
        "Por que o consumo de gás das escolas não caiu nos últimos dois invernos?",
    ),
    "nl": (
        "Hoeveel stroom heeft het gemeentehuis in juli gebruikt?",
        "Waarom is het gasverbruik van de scholen in de afgelopen winters gestegen?",
    ),
    "vi": (
        "Tòa nhà nào dùng nhiều điện nhất trong tháng trước?",
        "Tại sao lượng khí đốt của các trường học lại tăng trong hai mùa đông qua?",
    ),
    "pl": ("Ile energii zużył ratusz w lipcu i dlaczego jest to więcej niż w czerwcu?",),
    "cs": ("Kolik elektřiny spotřebovala radnice v červenci a proč je to více než v červnu?",),
    "sk": ("Koľko elektriny spotrebovala radnica v júli a prečo je to viac ako v júni?",),
    "sv": ("Hur mycket el använde rådhuset i juli och varför är det mer än i juni?",),
    "fi": ("Kuinka paljon sähköä kaupungintalo käytti heinäkuussa ja miksi se on enemmän kuin kesäkuussa?",),
    "hu": ("Mennyi áramot használt a városháza júliusban, és miért több mint júniusban?",),
    "tr": ("Belediye binası temmuz ayında ne kadar elektrik kullandı ve neden hazirandan daha çok?",),
    "ro": ("Câtă energie a consumat primăria în iulie și de ce este mai mult decât în iunie?",),
    "hr": ("Koliko je struje potrošila vijećnica u srpnju i zašto je to više nego u lipnju?",),
    "ru": ("Сколько электроэнергии потратила ратуша в июле и почему это больше, чем в июне?",),
    "uk": ("Скільки електроенергії спожила ратуша в липні і чому це більше, ніж у червні?",),
    "bg": ("Колко електроенергия е използвала общината през юли и защо това е повече отколкото през юни?",),
    "el": ("Πόση ενέργεια κατανάλωσε το δημαρχείο τον Ιούλιο και γιατί είναι περισσότερο από τον Ιούνιο;",),
    "he": ("כמה חשמל צרכה העירייה ביולי ולמה זה יותר מאשר ביוני?",),
    "ar": ("كم استهلك مبنى البلدية من الكهرباء في يوليو، ولماذا هذا أكثر من يونيو؟",),
    "fa": ("ساختمان شهرداری در ماه ژوئیه چقدر برق مصرف کرد و چرا این بیشتر از ژوئن است؟",),
    "hi": ("जुलाई में नगर भवन ने कितनी बिजली का उपयोग किया और यह जून से अधिक क्यों है?",),
    "bn": ("জুলাই মাসে পৌর ভবন কত বিদ্যুৎ ব্যবহার করেছে?",),
    "ta": ("ஜூலை மாதத்தில் நகர மண்டபம் எவ்வளவு மின்சாரம் பயன்படுத்தியது?",),
    "th": ("อาคารไหนใช้ไฟฟ้ามากที่สุดเมื่อเดือนที่แล้ว", "Harbour Office ใช้ไฟฟ้าเท่าไรในเดือนกรกฎาคม"),
    "ko": ("7월에 시청 건물은 전기를 얼마나 사용했습니까?", "Harbour Office의 7월 전력 사용량은 얼마입니까?"),
    "ja": ("7月に市役所の建物はどのくらい電気を使いましたか。", "先月の電力使用量が最も多い建物はどれ?"),
    "zh": ("上个月哪栋楼用的电最多？", "請問市政廳七月的用電量為什麼比六月高?"),
}


@pytest.mark.parametrize(("language", "text"), [(code, text) for code, texts in TOLD.items() for text in texts])
def test_a_question_is_told_to_be_in_its_language(language: str, text: str) -> None:
    assert language_of(text) == language
    assert language_of(f"{text}\n\n`kwh = sum(the of what)`") == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Danke!",
        "OK, merci",
        "Xin chào",
        "Hola",
        "4711",
        "EM-3F-01, EM-3F-02",
        "Hamburg, München, Nürnberg",
        "Ana María de la Cruz",
        "Nguyễn Thị Hạnh, Trần Văn Đức, Lê Hữu Phước",
        "Jan van der Berg",
        "Иван Петров",
        "山田太郎",
        "アンナ",
        "王小明",
        "김민수",
        "สมชาย",
        "Άννα Παππά",
        "Building | Jan | Feb | Mar\n--- | --- | --- | ---\nA | 12.1 | 13.0 | 9.8\nB | 7.7 | 8.1 | 6.6",
        "meter;kwh;status\nEM-1;12,5;ok\nEM-2;13,1;ok",
        "for reading in readings:\n    if reading is not None and reading.kwh > 0:\n        total += reading.kwh",
        "SELECT building, sum(kwh) FROM readings WHERE kwh IS NOT NULL AND day >= '2026-01-01' GROUP BY building",
        "```python\n# das ist der Zähler und nicht die Summe\n```",
        '{"building": "Rathaus", "meter": "EM-1", "kwh": 12.5}',
        "🙂🙂🙂",
        "\u200b\u200d\u0301",
        "ሰላም ለዓለም ሁሉ",
    ],
)
def test_names_tables_programs_and_a_few_words_are_of_no_language(text: str) -> None:
    assert language_of(text) == ""


def test_a_name_of_another_script_changes_no_language() -> None:
    assert language_of("What does the word 'ความร้อน' on the sign of the boiler room mean?") == "en"
    assert language_of("Was bedeutet 電力 auf dem Schild und wie heißt das?") == "de"


def test_what_is_in_two_languages_is_in_none() -> None:
    assert language_of("What was the peak of the load? Wie hoch war die Last?") == ""


def test_only_beginning_and_end_of_what_is_long_are_read() -> None:
    question = "Was ist das und wie hoch war es?"
    assert language_of(f"{question} {'4711 ' * 40_000}") == "de"
    assert language_of(f"{'4711 ' * 40_000} {question}") == "de"
    assert language_of(f"{'4711 ' * 400} {question} {'4711 ' * 400}") == ""


def test_every_language_that_can_be_told_has_a_name() -> None:
    assert set(TOLD) <= LANGUAGES.keys()
    assert (len(LANGUAGES), LANGUAGES["vi"], LANGUAGES["cu"]) == (181, "Vietnamese", "Church Slavonic")
    assert all(len(code) == 2 and name for code, name in LANGUAGES.items())
