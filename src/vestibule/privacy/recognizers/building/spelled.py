"""Small numbers in words, in five languages. Pieces of patterns; finds nothing by itself."""

COUNT = (
    r"(?:(?:a|one|two|three|four|five|six|seven|eight|nine)[ -]hundred(?:[ ](?:and[ ])?(?:twenty|thirty|forty|fifty|"
    r"sixty|seventy|eighty|ninety|ten|twelve|fifteen)?(?:[ -]?(?:one|two|three|four|five|six|seven|eight|nine))?)?|"
    r"(?:a )?(?:couple|handful|dozen)(?: of)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|"
    r"sixteen|"
    r"eighteen|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|"
    r"eight|"
    r"nine))?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|zwanzig|dreißig|vierzig|fünfzig|"
    r"deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|cinquante|"
    r"dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|veinte|treinta|cuarenta|cincuenta|"
    r"hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|vài)"
)
DEGREES = (
    r"(?:(?:sixteen|seventeen|eighteen|nineteen|(?:twenty|sixty|seventy|eighty)(?:[ -](?:one|two|three|four|five|six|"
    r"seven|"
    r"eight|nine))?)(?: and a half| point five)?|(?:(?:ein|zwei|drei|vier|fünf|sechs|sieben)und)?zwanzig(?: komma fünf|"
    r"einhalb)?|(?:acht|neun)zehn|dix-(?:huit|neuf)|vingt(?:(?: et |-)(?:un|deux|trois|quatre|cinq|six))?|"
    r"(?:dieciocho|diecinueve|veinte|veinti\w{2,6})(?: y medio)?|(?:mười|hai mươi) \w{2,4})"
)
_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|"
    r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million)"
)
AMOUNT = (
    rf"(?:(?:a|half a)[ ](?=hundred|thousand|million))?{_WORD}(?:(?:[ -]|[ ]and[ ]|"
    rf"[ ]point[ ]){_WORD}){{0,9}}(?:[ ]and a half)?"
)
"""A number of any size in English words."""
