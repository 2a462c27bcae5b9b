"""A strategy is wanted: what to do, in which order, so that less energy, money or CO2 is used."""

from vestibule.routing.tasks.kinds.base import WorkKind

OPTIMISATION = WorkKind(
    "optimisation",
    tells=(
        *("optimi*", "how can we save", "how do we save", "how can i save", "energy saving measures", "retrofit plan"),
        *("how can we reduce", "how could we reduce", "how do we reduce", "how can i reduce", "cut our energy"),
        *("control strategy", "load shifting", "shift load", "peak shaving", "best schedule", "demand response"),
        *("minimise*", "minimize*", "maximise*", "maximize*", "savings potential", "decarboni*"),
        *("*optimierung*", "optimal*", "optimieren", "energie sparen", "energie einsparen", "einsparpotenzial*"),
        *("einsparpotential*", "lastverschiebung", "lastspitzen senken", "spitzenlast senken", "regelstrategie"),
        *("*verbrauch senken", "*kosten senken", "senken wir", "wie sparen wir", "minimieren", "maximieren"),
        *("réduire la consommation", "réduire les coûts", "réduire nos", "économiser", "économies d énergie"),
        *("stratégie de régulation", "minimiser", "maximiser", "effacement", "lisser les pointes"),
        *("reducir el consumo", "reducir los costes", "reducir los costos", "reducir nuestr*", "ahorrar", "óptim*"),
        *("ahorro de energía", "estrategia de control", "minimizar", "maximizar", "desplazar la carga"),
        *("tối ưu*", "tiết kiệm năng lượng", "tiết kiệm điện", "giảm tiêu thụ", "giảm chi phí", "cắt giảm phụ tải"),
        *("chiến lược điều khiển", "dịch chuyển phụ tải"),
    ),
    hints=(
        *("reduce", "lower", "save", "saving", "savings", "improve", "strategy", "strategies", "measures", "setback"),
        *("efficien*", "cheaper", "recommend*", "peak", "tariff*", "senken", "sparen", "einspar*", "verbessern"),
        *("strategie*", "maßnahmen", "effizien*", "empfiehl*", "empfehl*", "réduire", "améliorer", "stratégie*"),
        *("mesures", "efficacité", "recommand*", "reducir", "mejorar", "estrategia*", "medidas", "eficiencia"),
        *("recomend*", "giảm", "cải thiện", "chiến lược", "biện pháp", "hiệu quả", "đề xuất"),
    ),
    examples=(
        "Optimise the heating schedule of the Harbour Office for the cheap tariff hours.",
        "How can we reduce the peak load of the cold store without touching comfort?",
        "Recommend measures that save gas in the school.",
        "Which control strategy for the chillers minimises cost under the new tariff?",
        "Wie können wir die Heizkosten senken?",
        "Optimierung der Lüftungszeiten im Bürogebäude: was schlägst du vor?",
        "Comment réduire la consommation de la chaufferie en mi-saison ?",
        "Quelle stratégie de régulation permettrait d'économiser du gaz ?",
        "¿Cómo podemos reducir el consumo de la climatización?",
        "Propón una estrategia para mejorar la eficiencia de las bombas.",
        "Tối ưu lịch chạy máy lạnh cho tòa nhà văn phòng.",
        "Làm sao để tiết kiệm điện cho hệ thống thông gió?",
    ),
    counter_examples=(
        "What is the setback temperature at night?",
        "Who is responsible for the tariff contract?",
        "Wann wurde die Spitzenlast gemessen?",
        "Qu'est-ce qu'une pompe à chaleur ?",
        "¿Qué temperatura tiene el depósito?",
        "Bơm nhiệt là gì?",
    ),
)
