"""A value, a place, a date or a sentence of a document is asked for."""

from vestibule.routing.tasks.kinds.base import WorkKind

LOOKUP = WorkKind(
    "lookup",
    tells=(
        *("how much", "how many", "how high is", "how high was", "which building", "which site", "which meter"),
        *("what was the", "what were the", "where is", "where are", "when was", "when is", "when does", "who is"),
        *("who was", "look up", "find the", "show me the", "list all", "list the", "what is the setpoint"),
        *("what temperature", "which alarm", "according to the", "what does the manual", "latest reading"),
        *("how do i isolate", "setpoint of", "rated power", "serial number", "part number"),
        *("wie viel", "wie viele", "wie hoch ist", "wie hoch war", "welches gebäude", "welcher zähler", "wo ist"),
        *("wo sind", "wo steht", "wann war", "wann wurde", "wann ist", "wer ist", "wer war", "zeige", "zeig mir"),
        *("liste", "laut handbuch", "sollwert", "nennleistung", "seriennummer", "steht im"),
        *("combien", "quel bâtiment", "où se trouve*", "où est", "où sont", "quand", "qui est", "montre moi"),
        *("liste des", "selon le manuel", "consigne de", "puissance nominale", "numéro de série", "à combien"),
        *("cuánto", "cuánta", "cuántos", "cuántas", "qué edificio", "dónde está", "dónde están", "cuándo", "quién"),
        *("muéstrame", "según el manual", "consigna de", "potencia nominal", "número de serie"),
        *("bao nhiêu", "tòa nhà nào", "ở đâu", "khi nào", "ai là", "cho tôi xem", "liệt kê", "công suất định mức"),
        *("theo tài liệu", "số sê ri", "điểm đặt"),
    ),
    hints=(
        *("which", "when", "where", "value", "reading", "setpoint", "manual", "datasheet", "show", "list", "find"),
        *("kwh", "last month", "last week", "yesterday", "welche*", "wann", "wo", "wert", "handbuch", "datenblatt"),
        *("letzten monat", "letzte woche", "gestern", "quelle", "quel", "où", "valeur", "manuel", "mois dernier"),
        *("hier", "qué", "cuál", "dónde", "valor", "mes pasado", "semana pasada", "ayer", "nào", "giá trị"),
        *("tháng trước", "tuần trước", "hôm qua", "sổ tay"),
    ),
    examples=(
        "How much electricity did the Harbour Office use in July?",
        "Which building used the most gas in February?",
        "How do I isolate pump P-7?",
        "Where is the main shut-off valve of the cold store?",
        "What was the peak demand yesterday?",
        "Wie viel Gas hat die Schule im Februar verbraucht?",
        "Wo steht die Nennleistung des Kessels?",
        "Combien de kWh en mars ?",
        "Où se trouve le compteur d'eau ?",
        "¿Cuánto gas usó la escuela en febrero?",
        "¿Dónde está el cuadro eléctrico?",
        "Tháng trước tòa nhà dùng bao nhiêu điện?",
        "Van chính ở đâu?",
    ),
    counter_examples=(
        "Hello!",
        "Thanks, that helps.",
        "Tell me about heat pumps.",
        "Erzähl mir etwas über Wärmepumpen.",
        "Parle-moi des pompes à chaleur.",
        "Háblame de las bombas de calor.",
        "Xin chào, bạn khỏe không?",
    ),
)
