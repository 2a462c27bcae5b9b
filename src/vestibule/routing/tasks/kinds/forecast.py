"""Something that is not yet is to be estimated: a demand, a bill, a yield."""

from vestibule.routing.tasks.kinds.base import WorkKind

FORECAST = WorkKind(
    "forecast",
    tells=(
        *("forecast*", "predict*", "projection*", "extrapolate*", "expected consumption", "expected demand"),
        *(
            "will the",
            "will our",
            "will its",
            "how much will",
            "what will",
            "how high will",
            "how many will",
            "will we use",
            "will it cost",
            "will we need",
        ),
        *("*prognose*", "prognosti*", "vorhersage*", "vorhersagen", "hochrechnen", "hochrechnung", "wird verbrauchen"),
        *("erwarteter verbrauch", "voraussichtlich*", "prévision*", "prévoir", "prédi*", "consommera", "coûtera"),
        *("pronóstic*", "pronostic*", "previsión", "previsiones", "predec*", "predic*", "consumirá", "costará"),
        *("dự báo", "dự đoán", "ước tính tháng tới", "ước tính năm tới"),
    ),
    hints=(
        *("tomorrow", "next week", "next month", "next quarter", "next year", "next winter", "next summer", "expect*"),
        *("coming week", "coming month", "by the end of", "estimate*", "will", "outlook"),
        *("morgen", "nächste woche", "nächsten monat", "nächstes jahr", "nächsten winter", "kommende*", "erwarte*"),
        *("schätz*", "wird", "werden wir", "demain", "semaine prochaine", "mois prochain", "année prochaine"),
        *("hiver prochain", "attend*", "estim*", "sera", "mañana", "próxima semana", "próximo mes", "próximo año"),
        *("esperad*", "será", "ngày mai", "tuần tới", "tháng tới", "năm tới", "quý tới", "ước tính", "sẽ"),
    ),
    examples=(
        "Forecast the electricity demand of the Harbour Office for next week.",
        "How much gas will the school need in January?",
        "Estimate the heating bill for next winter.",
        "Erstelle eine Verbrauchsprognose für nächsten Monat.",
        "Wie viel Strom werden wir nächste Woche brauchen? Bitte schätzen.",
        "Prévision de la consommation pour le mois prochain ?",
        "Combien coûtera le chauffage cet hiver ?",
        "Haz un pronóstico de la demanda para la próxima semana.",
        "¿Cuánto consumirá el hotel en agosto?",
        "Dự báo điện năng tiêu thụ tháng tới của tòa nhà.",
        "Dự đoán phụ tải đỉnh ngày mai.",
    ),
    counter_examples=(
        "How much gas did the school use last January?",
        "Wie viel Strom haben wir letzte Woche gebraucht?",
        "Combien a coûté le chauffage en janvier ?",
        "¿Cuánto consumió el hotel en agosto?",
        "Tòa nhà đã tiêu thụ bao nhiêu điện tháng trước?",
    ),
)
