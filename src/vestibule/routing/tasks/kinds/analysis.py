"""Causes, comparisons and patterns in what was measured."""

from vestibule.routing.tasks.kinds.base import WorkKind

ANALYSIS = WorkKind(
    "analysis",
    tells=(
        *("analyse", "analyze", "analysis", "analysing", "analyzing", "why was", "why is", "why were", "why did"),
        *("why does", "why are", "what caused", "root cause", "anomal*", "correlat*", "compare", "comparison"),
        *(
            "trend",
            "trends",
            "outlier*",
            "deviat*",
            "breakdown of",
            "benchmark*",
            "explain the rise",
            "explain the drop",
        ),
        *("analysiere*", "analysier*", "*analyse", "warum war", "warum ist", "warum sind", "warum hat", "weshalb"),
        *("ursache*", "vergleich*", "auffällig*", "abweichung*", "ausreißer", "korrel*", "woran liegt"),
        *("analyser", "analysez", "pourquoi", "comparer", "comparez", "compare", "écart*", "tendance*", "cause de"),
        *("analiza*", "análisis", "por qué", "compara*", "anomalía*", "tendencia*", "causa de", "desviaci*"),
        *("phân tích", "tại sao", "vì sao", "so sánh", "bất thường", "xu hướng", "nguyên nhân"),
    ),
    hints=(
        *("why", "cause", "causes", "compared", "versus", "vs", "higher than", "lower than", "unusual", "pattern*"),
        *("difference", "spike*", "increase*", "decrease*", "drop", "rise", "warum", "höher als", "niedriger als"),
        *(
            "ungewöhnlich",
            "muster",
            "unterschied*",
            "anstieg",
            "rückgang",
            "plus élevé*",
            "moins élevé*",
            "inhabituel*",
        ),
        *("différence*", "hausse", "baisse", "más alto", "más bajo", "diferencia*", "aumento", "caída", "cao hơn"),
        *("thấp hơn", "chênh lệch", "tăng vọt", "tăng", "giảm so với"),
    ),
    examples=(
        "Why was the electricity use of the Harbour Office high in the second week of July?",
        "Compare the gas use of the two schools over the winter.",
        "Are there anomalies in the night load of the data centre?",
        "Analyse the deviation between the two heat meters.",
        "Warum war der Verbrauch im Juli so hoch?",
        "Vergleiche den Stromverbrauch der beiden Gebäude.",
        "Pourquoi la consommation a-t-elle augmenté en mars ?",
        "Comparez les deux chaufferies.",
        "¿Por qué subió el consumo en agosto?",
        "Analiza la carga nocturna del hospital.",
        "Tại sao điện năng tuần trước tăng vọt?",
        "So sánh tiêu thụ của hai tòa nhà.",
    ),
    counter_examples=(
        "What is the highest setpoint in the lobby?",
        "When does the pump start?",
        "Wie hoch ist der Sollwert?",
        "Où se trouve la vanne V-3 ?",
        "¿Dónde está la válvula?",
        "Công suất bơm là bao nhiêu?",
    ),
)
