"""A program, a query or a configuration file is to be written, read or mended."""

from vestibule.routing.tasks.kinds.base import WorkKind

CODE = WorkKind(
    "code",
    tells=(
        *("```", "python*", "javascript", "typescript", "powershell", "bash script", "shell script", "sql query"),
        *("sql statement", "write sql", "regex", "regular expression", "traceback", "stack trace", "syntaxerror"),
        *("keyerror", "typeerror", "valueerror", "unit test", "unit tests", "pandas", "numpy", "structured text"),
        *("ladder logic", "function block", "sparql", "promql", "write a function", "write a script", "dockerfile"),
        *("sql abfrage", "regulären ausdruck", "regulärer ausdruck", "schreibe ein skript", "skript schreiben"),
        *("schreibe eine funktion", "requête sql", "expression régulière", "écris une fonction", "écrire un script"),
        *("consulta sql", "expresión regular", "escribe una función", "escribe un script", "script de python"),
        *("truy vấn sql", "biểu thức chính quy", "viết hàm", "viết script", "đoạn mã", "viết mã"),
    ),
    hints=(
        *("script", "skript", "code", "sql", "query", "function", "funktion", "fonction", "función", "api", "json"),
        *("yaml", "csv", "parse*", "debug*", "compile*", "refactor*", "program*", "docker", "loop", "exception"),
        *("abfrage", "requête", "código", "código fuente", "lập trình", "hàm", "mã nguồn", "error"),
    ),
    examples=(
        "Write a Python function that resamples 15-minute meter readings to hours.",
        "Give me an SQL query for the monthly consumption per building.",
        "Why does this raise a KeyError?\n```python\ndf['kwh']\n```",
        "Turn this JSON into a CSV with a small script, please.",
        "Schreibe ein Skript, das die Zählerstände als CSV einliest.",
        "Wie lautet die SQL-Abfrage für den Verbrauch je Monat?",
        "Écris une fonction qui convertit les kWh en MJ.",
        "Une requête SQL pour la consommation mensuelle, s'il te plaît.",
        "Escribe una función que calcule los grados día.",
        "Necesito una expresión regular para los códigos de contador.",
        "Viết hàm tính độ ngày sưởi từ nhiệt độ trung bình.",
        "Viết truy vấn SQL lấy điện năng theo tháng.",
    ),
    counter_examples=(
        "Which building code applies to the ventilation of offices?",
        "What is the function of a heat exchanger?",
        "Was ist die Funktion einer Wärmepumpe?",
        "Quelle est la fonction d'une vanne à trois voies ?",
        "¿Qué función tiene el variador?",
        "Chức năng của bơm nhiệt là gì?",
    ),
)
