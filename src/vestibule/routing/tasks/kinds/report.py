"""A text is to be written that others will read: a report, a summary, a letter."""

from vestibule.routing.tasks.kinds.base import WorkKind

REPORT = WorkKind(
    "report",
    tells=(
        *("write a report", "write the report", "draft a report", "monthly report", "annual report", "energy report"),
        *("management summary", "executive summary", "summarise", "summarize", "write a summary", "prepare a report"),
        *("draft an email", "draft a letter", "write an email", "write a letter", "report for the", "report to the"),
        *("weekly report", "quarterly report", "create a report", "generate a report", "sustainability report"),
        *("*bericht schreiben", "schreibe einen bericht", "monatsbericht*", "jahresbericht*", "energiebericht*"),
        *("zusammenfassen", "fasse", "erstelle einen bericht", "bericht für", "quartalsbericht*", "wochenbericht*"),
        *("rédige*", "rédiger", "rapport mensuel", "rapport annuel", "résume", "résumer", "résumez", "rapport pour"),
        *("redacta", "redactar", "informe mensual", "informe anual", "resume", "resumir", "informe para"),
        *("viết báo cáo", "lập báo cáo", "báo cáo tháng", "báo cáo năm", "báo cáo quý", "tóm tắt", "soạn thư"),
    ),
    hints=(
        *("report", "reports", "summary", "draft", "write", "letter", "email", "memo", "presentation", "board"),
        *("bericht*", "zusammenfassung*", "schreibe", "verfasse", "entwurf", "vorstand", "rapport*", "résumé", "écris"),
        *("synthèse", "direction", "informe*", "resumen", "escribe", "borrador", "dirección", "báo cáo", "viết"),
        *("ban giám đốc",),
    ),
    examples=(
        "Write a report on the energy use of all sites in the first quarter.",
        "Summarise the maintenance log of the boiler house for the board.",
        "Draft an email to the tenants about the cut of cooling hours.",
        "Fasse die Störmeldungen der letzten Woche für den Vorstand zusammen.",
        "Bitte den Energiebericht 2025 für das Rathaus.",
        "Rédige une synthèse de la consommation pour la direction.",
        "Résume le rapport d'audit énergétique.",
        "Redacta un informe sobre el consumo del hospital.",
        "Necesito el informe mensual del edificio norte.",
        "Viết báo cáo tiêu thụ năng lượng quý một.",
        "Tóm tắt nhật ký bảo trì lò hơi.",
    ),
    counter_examples=(
        "Which alarm did the chiller report at noon?",
        "Steht die Grenzleistung im Bericht?",
        "La pompe est-elle en rapport de force avec la vanne ?",
        "¿Quién firma?",
        "Ai phụ trách lò hơi?",
    ),
)
