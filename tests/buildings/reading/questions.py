"""Questions as people put them, with the calls they ask for, in the short form of `portfolio.py`."""

from __future__ import annotations

EXPLAIN = (
    (
        "Why was the electricity use of the Harbour Office high in the second week of July?",
        "explain electricity harbour-office 07-08..07-14 high",
    ),
    (
        "Why did gas use rise at Linden School from November to December?",
        "explain gas linden-school 12-01..12-31 vs 11-01..11-30 high",
    ),
    ("What happened at Tower Data Room on 8 July?", "explain - tower-data-room 07-08..07-08"),
    (
        "What caused the spike in chilled water at the lab on the night of 3 to 4 February?",
        "explain chilled_water kepler-laboratory 02-03T20..02-04T06 high",
    ),
    (
        "Warum war der Stromverbrauch im Harbour Office in der zweiten Juliwoche so hoch?",
        "explain electricity harbour-office 07-08..07-14 high",
    ),
    ("Why was chilled water low at the hotel on Labour Day?", "explain chilled_water hotel-belvedere 05-01..05-01 low"),
    ("Why was our energy bill so high in December?", "explain - each 12-01..12-31 high"),
    (
        "Explain the high gas consumption of the hospital in the first week of February",
        "explain gas st-anna-hospital 02-01..02-07 high",
    ),
    (
        "What was the reason for the low electricity use at Linden School on 1 May?",
        "explain electricity linden-school 05-01..05-01 low",
    ),
    (
        "hi, can you tell me why our hotel's cooling was so high around 20 August?",
        "explain chilled_water hotel-belvedere 08-17..08-23 high",
    ),
    (
        "Harbour Office: what went wrong with chilled water from 28 July to 3 August 2025?",
        "explain chilled_water harbour-office 07-28..08-03",
    ),
    (
        "What is behind the jump in power consumption at the data room in week 33?",
        "explain electricity tower-data-room 08-11..08-17 high",
    ),
    (
        "Why did Kepler's electricity drop over the weekend of 12 July?",
        "explain electricity kepler-laboratory 07-12..07-13 low",
    ),
    (
        "I noticed a spike in gas at Mill Street in early March. What's the cause?",
        "explain gas mill-street-office 03-01..03-10 high",
    ),
    (
        "WHY WAS THE HARBOUR OFFICE'S ELECTRICITY SO LOW AT CHRISTMAS",
        "explain electricity harbour-office 12-24..12-26 low",
    ),
    (
        "why was harbour ofice electricty consumtion so high in second week july",
        "explain electricity harbour-office 07-08..07-14 high",
    ),
    (
        "Electricity at the Belvedere, 2nd week of July 2025: why so much?",
        "explain electricity hotel-belvedere 07-08..07-14 high",
    ),
    (
        "Warum war der Gasverbrauch der Schule vom 3. bis 9. März so hoch?",
        "explain gas linden-school 03-03..03-09 high",
    ),
    ("Was ist im Labor am 8. Juli passiert?", "explain - kepler-laboratory 07-08..07-08"),
    (
        "please explain what happened with electricity in Harbour Office during the second week of July",
        "explain electricity harbour-office 07-08..07-14",
    ),
    (
        "why our hotel's cooling was so high around 20 August?",
        "explain chilled_water hotel-belvedere 08-17..08-23 high",
    ),
    (
        "What drove up the electricity demand of Mill Street Office in the third week of August?",
        "explain electricity mill-street-office 08-15..08-21 high",
    ),
    (
        "Can you explain why St Anna's chilled water consumption shot up between 18 and 24 August?",
        "explain chilled_water st-anna-hospital 08-18..08-24 high",
    ),
    (
        "Our gas bill for Linden School in February was huge. What happened?",
        "explain gas linden-school 02-01..02-28 high",
    ),
    (
        "The Belvedere used way too much power last week of June, any idea why?",
        "explain electricity hotel-belvedere 06-24..06-30 high",
    ),
    ("Why is there so little consumption at Market Hall on 3 October?", "explain - market-hall 10-03..10-03 low"),
    (
        "What's the explanation for the low gas use of Kepler Laboratory in week 14?",
        "explain gas kepler-laboratory 03-31..04-06 low",
    ),
    (
        "Investigate the high overnight electricity at the warehouse in November",
        "explain electricity north-dock-warehouse 11-01..11-30 high",
    ),
    (
        "Why did Harbour Office consume so much chilled water during calendar week 30?",
        "explain chilled_water harbour-office 07-21..07-27 high",
    ),
    (
        "What is the root cause of the elevated gas consumption at the hotel in early February?",
        "explain gas hotel-belvedere 02-01..02-10 high",
    ),
    (
        "Our electricity use at Mill Street was unusually high from 10 to 16 November. Why?",
        "explain electricity mill-street-office 11-10..11-16 high",
    ),
    (
        "Why is the electricity meter of Market Hall showing almost nothing on 5 and 6 June?",
        "explain electricity market-hall 06-05..06-06 low",
    ),
    ("Give me a reason for the drop in gas at St. Anna over Easter", "explain gas st-anna-hospital 04-18..04-21 low"),
    (
        "Something is off with cooling at the data room in mid August - what happened?",
        "explain chilled_water tower-data-room 08-11..08-20",
    ),
    (
        "The school burned a lot of gas on the weekend of 18 January. What was the reason?",
        "explain gas linden-school 01-18..01-19 high",
    ),
    (
        "Explain the electricity consumption of Linden School on New Year's Day",
        "explain electricity linden-school 01-01..01-01",
    ),
)
ANOMALIES = (
    ("Was anything unusual at the hotel in the third week of May?", "anomalies - hotel-belvedere 05-15..05-21"),
    ("Did anything go wrong at the harbour building between 7 and 14 July?", "anomalies - harbour-office 07-07..07-14"),
    ("Is the hospital's consumption in week 20 normal?", "anomalies - st-anna-hospital 05-12..05-18"),
    ("Was there any abnormal consumption at Market Hall in September?", "anomalies - market-hall 09-01..09-30"),
    ("Anything odd at St. Anna between 2025-07-07 and 2025-07-13?", "anomalies - st-anna-hospital 07-07..07-13"),
    ("Were there any faults at Kepler in the last quarter?", "anomalies - kepler-laboratory 10-01..12-31"),
    ("Show anomalies for all buildings in Q4", "anomalies - each 10-01..12-31"),
    ("Did Linden School behave normally in the week of 12 May?", "anomalies - linden-school 05-12..05-18"),
    ("Gab es im Hotel Belvedere in KW 21 Auffälligkeiten?", "anomalies - hotel-belvedere 05-19..05-25"),
    ("Any anomalies in the gas consumption of the hotel in April?", "anomalies gas hotel-belvedere 04-01..04-30"),
    (
        "Did something strange happen to chilled water at Tower Data Room in late September?",
        "anomalies chilled_water tower-data-room 09-21..09-30",
    ),
    ("Is everything okay at Market Hall? Check last month.", "anomalies - market-hall 12-01..12-31"),
    (
        "Was electricity at Linden School in week 45 within the normal range?",
        "anomalies electricity linden-school 11-03..11-09",
    ),
    (
        "Was St. Anna's gas consumption higher than expected in the second half of March?",
        "anomalies gas st-anna-hospital 03-16..03-31 high",
    ),
    ("Which buildings had problems in May?", "anomalies - each 05-01..05-31"),
    (
        "Were there any irregularities at the Belvedere in the first week of October?",
        "anomalies - hotel-belvedere 10-01..10-07",
    ),
    (
        "Check Linden School's electricity for faults between 1 September and 30 September",
        "anomalies electricity linden-school 09-01..09-30",
    ),
    (
        "Did the hospital use an unexpected amount of chilled water in June?",
        "anomalies chilled_water st-anna-hospital 06-01..06-30",
    ),
    ("Anything I should know about Kepler in week 22?", "anomalies - kepler-laboratory 05-26..06-01"),
)
CONSUMPTION = (
    (
        "How much electricity did Harbour Office use in July?",
        "consumption electricity harbour-office 07-01..07-31 total",
    ),
    ("How much gas did the hospital burn in January 2025?", "consumption gas st-anna-hospital 01-01..01-31 total"),
    (
        "What was the chilled water consumption of Kepler lab last month?",
        "consumption chilled_water kepler-laboratory 12-01..12-31 total",
    ),
    (
        "How much energy did the school use over Easter?",
        "consumption electricity linden-school 04-18..04-21 total | consumption gas linden-school 04-18..04-21 total",
    ),
    ("What was the electricity bill of Market Hall in Q3?", "consumption electricity market-hall 07-01..09-30 cost"),
    (
        "How much electricity did Harbor Ofice use in Febuary?",
        "consumption electricity harbour-office 02-01..02-28 total",
    ),
    ("Year on year electricity at Harbour Office", "consumption electricity harbour-office 01-01..12-31 total"),
    ("Harbour Office electricity July", "consumption electricity harbour-office 07-01..07-31 total"),
    ("How much electricity did we use in total last month?", "total electricity all 12-01..12-31 total"),
    (
        "Wie viel Strom hat das Hotel Belvedere im Juli verbraucht?",
        "consumption electricity hotel-belvedere 07-01..07-31 total",
    ),
    ("How much did the hotel spend on gas in winter?", "consumption gas hotel-belvedere 01-01..02-28 cost"),
    (
        "What's the average daily electricity consumption of Linden School in May?",
        "consumption electricity linden-school 05-01..05-31 mean",
    ),
    (
        "Total electricity consumption of the hotel, 07/08/2025",
        "consumption electricity hotel-belvedere 08-07..08-07 total",
    ),
    (
        "How many kWh did the laboratory consume on 8.7.2025?",
        "consumption electricity kepler-laboratory 07-08..07-08 total",
    ),
    ("How many cubic metres of gas did Linden School use in Jan?", "consumption gas linden-school 01-01..01-31 total"),
    ("What did the hotel pay for electricity in May?", "consumption electricity hotel-belvedere 05-01..05-31 cost"),
    (
        "How expensive was chilled water at the hospital in summer?",
        "consumption chilled_water st-anna-hospital 06-01..08-31 cost",
    ),
    ("electricity per m2 at Harbour Office in 2025", "consumption electricity harbour-office 01-01..12-31 per_m2"),
    (
        "How much energy did we consume last week?",
        "total electricity all 12-22..12-28 total | "
        "total gas all 12-22..12-28 total | "
        "total chilled_water all 12-22..12-28 total",
    ),
    (
        "How much cooling energy did Market Hall need in mid-July?",
        "consumption chilled_water market-hall 07-11..07-20 total",
    ),
    ("gas usage linden school between 3 and 9 march", "consumption gas linden-school 03-03..03-09 total"),
    (
        "Harbour Office electricity in July compared with the same month last year",
        "consumption electricity harbour-office 07-01..07-31 total",
    ),
    (
        "Wie hoch waren die Stromkosten des Krankenhauses im März?",
        "consumption electricity st-anna-hospital 03-01..03-31 cost",
    ),
    ("How did Harbour Office do last month?", "consumption electricity harbour-office 12-01..12-31 total"),
    (
        "Give me the monthly electricity of Harbour Office for 2025",
        "consumption electricity harbour-office 01-01..12-31 total",
    ),
    (
        "For the energy report: total gas consumption of the hospital in Q1 2025, please.",
        "consumption gas st-anna-hospital 01-01..03-31 total",
    ),
    ("kWh for Tower Data Room, June to August", "consumption electricity tower-data-room 06-01..08-31 total"),
    (
        "How many kilowatt hours went to Harbour Office on Monday 14 July?",
        "consumption electricity harbour-office 07-14..07-14 total",
    ),
    (
        "I need the chilled water figures for Kepler for the first half of 2025",
        "consumption chilled_water kepler-laboratory 01-01..06-30 total",
    ),
    ("What was our total electricity cost in 2025?", "total electricity all 01-01..12-31 cost"),
    (
        "What did we spend on gas at Mill Street Office in the winter?",
        "consumption gas mill-street-office 01-01..02-28 cost",
    ),
    (
        "How energy intensive is the hotel per square meter?",
        "consumption electricity hotel-belvedere 01-01..12-31 per_m2 | "
        "consumption gas hotel-belvedere 01-01..12-31 per_m2 | "
        "consumption chilled_water hotel-belvedere 01-01..12-31 per_m2",
    ),
    ("mean daily gas consumption at the school, December", "consumption gas linden-school 12-01..12-31 mean"),
    ("Give me yesterday's electricity use for the lab", "consumption electricity kepler-laboratory 12-31..12-31 total"),
    (
        "How much cooling did the hospital need on the afternoon of 12 August?",
        "consumption chilled_water st-anna-hospital 08-12T12..08-12T18 total",
    ),
    ("Electricity, Harbour Office, 1 March to 15 March", "consumption electricity harbour-office 03-01..03-15 total"),
    ("Wie viel Gas hat die Schule im ersten Quartal verbraucht?", "consumption gas linden-school 01-01..03-31 total"),
    (
        "How much electricity was consumed at North Dock Warehouse in the 2nd quarter?",
        "consumption electricity north-dock-warehouse 04-01..06-30 total",
    ),
    ("Gas consumption Kepler 2025", "consumption gas kepler-laboratory 01-01..12-31 total"),
    (
        "What was the hospital's cooling consumption from June through August 2025?",
        "consumption chilled_water st-anna-hospital 06-01..08-31 total",
    ),
    ("How many m³ of gas did we use in the first quarter?", "total gas all 01-01..03-31 total"),
    (
        "What are the electricity costs of Harbour Office for autumn?",
        "consumption electricity harbour-office 09-01..11-30 cost",
    ),
    (
        "Electricity used by Kepler Laboratory in the last 7 days",
        "consumption electricity kepler-laboratory 12-25..12-31 total",
    ),
    (
        "How much power does the Tower Data Room need per day on average?",
        "consumption electricity tower-data-room 01-01..12-31 mean",
    ),
    ("How much did heating cost at Linden School in January?", "consumption gas linden-school 01-01..01-31 cost"),
)
COMPARISON = (
    (
        "Compare Harbour Office with Mill Street Office for March",
        "comparison electricity harbour-office,mill-street-office 03-01..03-31 total",
    ),
    (
        "Compare the hotel's gas use in January and February",
        "comparison gas hotel-belvedere 01-01..01-31 vs 02-01..02-28 total",
    ),
    (
        "Did the hotel use more electricity in July than in June?",
        "comparison electricity hotel-belvedere 07-01..07-31 vs 06-01..06-30 total",
    ),
    (
        "How did July compare with the previous month at Harbour Office?",
        "comparison electricity harbour-office 07-01..07-31 vs 06-01..06-30 total",
    ),
    (
        "Hotel Belvedere vs hospital electricity Q1",
        "comparison electricity hotel-belvedere,st-anna-hospital 01-01..03-31 total",
    ),
    ("Compare July and August at Market Hall", "comparison electricity market-hall 07-01..07-31 vs 08-01..08-31 total"),
    (
        "How does Harbour Office compare with the other buildings per square metre?",
        "comparison electricity all 01-01..12-31 per_m2",
    ),
    (
        "What is the difference in gas consumption between Harbour Office and Mill Street Office in January?",
        "comparison gas harbour-office,mill-street-office 01-01..01-31 total",
    ),
    (
        "Is electricity use at the lab higher in H2 than in H1?",
        "comparison electricity kepler-laboratory 07-01..12-31 vs 01-01..06-30 total",
    ),
    (
        "compare electricity use of the hotel in week 28 with the week before",
        "comparison electricity hotel-belvedere 07-07..07-13 vs 06-30..07-06 total",
    ),
    (
        "How did the hospital do in June compared with the previous month?",
        "comparison electricity st-anna-hospital 06-01..06-30 vs 05-01..05-31 total",
    ),
    (
        "Vergleiche Harbour Office und Mill Street Office im Mai",
        "comparison electricity harbour-office,mill-street-office 05-01..05-31 total",
    ),
    (
        "How much more electricity did Harbour Office use in July than Mill Street Office?",
        "comparison electricity harbour-office,mill-street-office 07-01..07-31 total",
    ),
    (
        "Has the hotel been using more gas in December than in November?",
        "comparison gas hotel-belvedere 12-01..12-31 vs 11-01..11-30 total",
    ),
    (
        "How did electricity at the data room change from Q1 to Q2?",
        "comparison electricity tower-data-room 04-01..06-30 vs 01-01..03-31 total",
    ),
    (
        "Contrast the electricity consumption of Linden School and Market Hall in May",
        "comparison electricity linden-school,market-hall 05-01..05-31 total",
    ),
    (
        "Does Kepler use less chilled water than the hospital?",
        "comparison chilled_water kepler-laboratory,st-anna-hospital 01-01..12-31 total",
    ),
    ("Market Hall gas: week 5 versus week 6", "comparison gas market-hall 01-27..02-02 vs 02-03..02-09 total"),
    (
        "Was electricity use at the warehouse lower in the second week of July than the week before?",
        "comparison electricity north-dock-warehouse 07-08..07-14 vs 07-01..07-07 total",
    ),
    (
        "Put Harbour Office and Mill Street Office side by side for electricity cost in June",
        "comparison electricity harbour-office,mill-street-office 06-01..06-30 cost",
    ),
    (
        "Compare chilled water at Kepler in week 31 and week 32",
        "comparison chilled_water kepler-laboratory 07-28..08-03 vs 08-04..08-10 total",
    ),
    (
        "Did Market Hall do better in October than in September in terms of electricity?",
        "comparison electricity market-hall 10-01..10-31 vs 09-01..09-30 total",
    ),
    (
        "How does the hospital's electricity in August stack up against July?",
        "comparison electricity st-anna-hospital 08-01..08-31 vs 07-01..07-31 total",
    ),
    (
        "Is Harbour Office more efficient per square metre than Mill Street Office?",
        "comparison electricity harbour-office,mill-street-office 01-01..12-31 per_m2",
    ),
)
RANKING = (
    ("Which building used the most electricity in Q2?", "ranking electricity all 04-01..06-30 total high"),
    ("Which building has the highest gas consumption per square metre?", "ranking gas all 01-01..12-31 per_m2 high"),
    (
        "Rank our buildings by cost in 2025",
        "ranking electricity all 01-01..12-31 cost high | "
        "ranking gas all 01-01..12-31 cost high | "
        "ranking chilled_water all 01-01..12-31 cost high",
    ),
    (
        "Which of the offices used less electricity in June?",
        "ranking electricity harbour-office,mill-street-office 06-01..06-30 total low",
    ),
    ("Which site consumed the least gas in March?", "ranking gas all 03-01..03-31 total low"),
    ("What are the top 3 electricity consumers?", "ranking electricity all 01-01..12-31 total high"),
    ("Who used the most chilled water in August?", "ranking chilled_water all 08-01..08-31 total high"),
    ("Which building had the highest peak load in July?", "ranking electricity all 07-01..07-31 peak high"),
    ("Rank the buildings by electricity per square metre in Q2", "ranking electricity all 04-01..06-30 per_m2 high"),
    ("Which building is the worst performer?", "ranking electricity all 01-01..12-31 total high"),
    ("Welches Gebäude hat im Juni am meisten Gas verbraucht?", "ranking gas all 06-01..06-30 total high"),
    ("Which of our buildings is the biggest gas consumer?", "ranking gas all 01-01..12-31 total high"),
    (
        "What building had the lowest electricity use per m² in summer?",
        "ranking electricity all 06-01..08-31 per_m2 low",
    ),
    ("Which properties cost us the most for electricity last month?", "ranking electricity all 12-01..12-31 cost high"),
    ("List the buildings by gas use in January", "ranking gas all 01-01..01-31 total high"),
    ("Which site is most efficient per square metre?", "ranking electricity all 01-01..12-31 per_m2 low"),
    ("What are our three biggest electricity users in July?", "ranking electricity all 07-01..07-31 total high"),
    (
        "Show a ranking of all sites by chilled water consumption for summer",
        "ranking chilled_water all 06-01..08-31 total high",
    ),
    ("Which building had the smallest electricity bill in April?", "ranking electricity all 04-01..04-30 cost low"),
)
PEAKS = (
    ("When was the peak demand of St Anna in August?", "peaks electricity st-anna-hospital 08-01..08-31"),
    (
        "What was the maximum electrical load at Kepler in the summer?",
        "peaks electricity kepler-laboratory 06-01..08-31",
    ),
    (
        "What was the highest electricity demand at Harbour Office this year?",
        "peaks electricity harbour-office 01-01..12-31",
    ),
    ("When did the hospital use the most electricity in July?", "peaks electricity st-anna-hospital 07-01..07-31"),
    ("At what time did the warehouse peak on 14 July?", "peaks electricity north-dock-warehouse 07-14..07-14"),
    ("On which day was gas use at the school highest in January?", "peaks gas linden-school 01-01..01-31"),
    ("Which month did the hotel use the most gas?", "peaks gas hotel-belvedere 01-01..12-31"),
    ("What is the maximum demand of Market Hall in December?", "peaks electricity market-hall 12-01..12-31"),
    ("When does the hospital's chilled water peak in summer?", "peaks chilled_water st-anna-hospital 06-01..08-31"),
    ("Peak kW of Linden School in the week of 3 March", "peaks electricity linden-school 03-03..03-09"),
    ("On what day did the lab have its highest load in September?", "peaks electricity kepler-laboratory 09-01..09-30"),
    ("Wann war die Lastspitze im Krankenhaus im August?", "peaks electricity st-anna-hospital 08-01..08-31"),
    (
        "What was the peak load of the Belvedere on 2 July 2025 and when did it occur?",
        "peaks electricity hotel-belvedere 07-02..07-02",
    ),
    ("Highest hourly gas draw at the hospital in January?", "peaks gas st-anna-hospital 01-01..01-31"),
)
PROFILE = (
    ("What is the base load of the data room?", "profile electricity tower-data-room 01-01..12-31"),
    ("Show me the load profile of Market Hall in June", "profile electricity market-hall 06-01..06-30"),
    ("How high is the night-time load of Harbour Office in April?", "profile electricity harbour-office 04-01..04-30"),
    ("What does the hotel use at weekends?", "profile electricity hotel-belvedere 01-01..12-31"),
    (
        "How much electricity does Harbour Office draw overnight in February?",
        "profile electricity harbour-office 02-01..02-28",
    ),
    ("What's the standby consumption of Mill Street Office?", "profile electricity mill-street-office 01-01..12-31"),
    (
        "How does the electricity of Linden School look at weekends in November?",
        "profile electricity linden-school 11-01..11-30",
    ),
    ("Out-of-hours electricity use at Harbour Office in Q4", "profile electricity harbour-office 10-01..12-31"),
    (
        "What is the night-time electricity baseload at Market Hall in March?",
        "profile electricity market-hall 03-01..03-31",
    ),
)
DATA_QUALITY = (
    ("Are there any gaps in the data for Linden School in October?", "data_quality - linden-school 10-01..10-31"),
    ("How complete is the meter data for all buildings?", "data_quality - each 01-01..12-31"),
    (
        "Is there missing data for the Kepler Laboratory gas meter in 2025?",
        "data_quality gas kepler-laboratory 01-01..12-31",
    ),
    ("Was the meter at Market Hall down in October?", "data_quality - market-hall 10-01..10-31"),
    ("Which meters have gaps in March?", "data_quality - each 03-01..03-31"),
    ("Can I trust the data for the hotel in May?", "data_quality - hotel-belvedere 05-01..05-31"),
    ("Were any readings missing at North Dock Warehouse in June?", "data_quality - north-dock-warehouse 06-01..06-30"),
    (
        "Is the electricity data of Kepler complete for August?",
        "data_quality electricity kepler-laboratory 08-01..08-31",
    ),
    ("Data coverage of the hotel gas meter", "data_quality gas hotel-belvedere 01-01..12-31"),
    ("Gibt es Datenlücken im Hotel?", "data_quality - hotel-belvedere 01-01..12-31"),
    (
        "Do we have complete electricity data for Harbour Office in October?",
        "data_quality electricity harbour-office 10-01..10-31",
    ),
    (
        "For how many hours did the Market Hall gas meter fail to report in 2025?",
        "data_quality gas market-hall 01-01..12-31",
    ),
)
PORTFOLIO = (
    ("What buildings do we have?", "portfolio - all 01-01..12-31"),
    ("List all buildings", "portfolio - all 01-01..12-31"),
    ("Which sites are in the portfolio?", "portfolio - all 01-01..12-31"),
    ("Give me a list of buildings", "portfolio - all 01-01..12-31"),
    ("How big is Kepler Laboratory?", "portfolio - kepler-laboratory 01-01..12-31"),
    ("How many buildings are there?", "portfolio - all 01-01..12-31"),
    ("Tell me about Market Hall", "portfolio - market-hall 01-01..12-31"),
    ("Welche Gebäude gibt es?", "portfolio - all 01-01..12-31"),
)
DOCUMENTS = (
    ("What is the night setback temperature at Harbour Office according to the manual?", "documents harbour-office"),
    ("How do I isolate chiller CH-1?", "documents"),
    ("What does the lease say about hours?", "documents"),
    ("Who do I call when the chiller at the hotel fails?", "documents hotel-belvedere"),
    ("and in August?", "documents"),
    ("What is a heat pump?", "documents"),
    ("Why is the sky blue?", "documents"),
    ("hello", "documents"),
    ("How many people work at Harbour Office?", "documents harbour-office"),
    ("What is the supply air temperature setpoint at Kepler?", "documents kepler-laboratory"),
    ("How can we reduce energy use at Harbour Office?", "documents harbour-office"),
    ("Who is the tenant on the second floor of Harbour Office?", "documents harbour-office"),
    ("What are the opening hours of Market Hall?", "documents market-hall"),
    ("Where is the isolation valve for chiller CH-2 at the hotel?", "documents hotel-belvedere"),
    ("What is the access code for the plant room at Harbour Office?", "documents harbour-office"),
    ("When was the filter of AHU-3 at the hospital last replaced?", "documents st-anna-hospital"),
    ("What does our energy policy say about night setback?", "documents"),
    ("How do I start the boiler at Linden School?", "documents linden-school"),
    ("What is the electricity price in the tariff?", "documents"),
    ("Who should be contacted in an emergency at the laboratory?", "documents kepler-laboratory"),
    ("How do I reset the damper alarm?", "documents"),
    ("Summarise the maintenance log for Harbour Office in July", "documents harbour-office"),
    ("What is the target for electricity intensity in the energy policy?", "documents"),
    ("Why did the chiller trip at the hotel?", "documents hotel-belvedere"),
    ("Why does night setback save energy?", "documents"),
    ("Why was it so high?", "documents"),
    ("Wer ist der Ansprechpartner im Hotel?", "documents hotel-belvedere"),
    ("What's the procedure for a gas leak at the school?", "documents linden-school"),
    ("Which setpoints apply in the laboratory at night?", "documents kepler-laboratory"),
    ("Who maintains the chillers at St. Anna?", "documents st-anna-hospital"),
    ("How often do the filters at Market Hall need changing?", "documents market-hall"),
    ("What is the notice period in the Mill Street Office lease?", "documents mill-street-office"),
    ("Show me how to override the BMS schedule", "documents"),
    ("What does a stuck damper do to chilled water use?", "documents"),
    ("Which floors does the tenant at Harbour Office occupy?", "documents harbour-office"),
    ("good morning", "documents"),
    ("What is the alarm code of the warehouse?", "documents north-dock-warehouse"),
    ("How is the chiller at Kepler sequenced?", "documents kepler-laboratory"),
    ("What temperature does the lease guarantee in Mill Street Office?", "documents mill-street-office"),
    ("What does the tariff sheet say about peak demand charges?", "documents"),
    ("Which refrigerant does the chiller at St. Anna use?", "documents st-anna-hospital"),
    ("What is the minimum outdoor air fraction at the school?", "documents linden-school"),
)
NOTHING = (
    ("Why was the office so high in July?", "nothing"),
    ("How much did the Riverside Tower use in July?", "nothing"),
    ("How much did Riverside Hotel use in July?", "nothing"),
    ("How much power did Zenith use in March?", "nothing"),
    ("How much gas did the warehouse use in March?", "nothing north-dock-warehouse"),
    ("electricity usage harbour office 2024", "nothing harbour-office"),
    ("Why was the gas high at the warehouse in March?", "nothing north-dock-warehouse"),
    ("How much gas did the hotel use in February 2024?", "nothing hotel-belvedere"),
    ("How much electricity did the office use in May?", "nothing"),
    ("Consumption of Building 7 in June", "nothing"),
    ("Why was electricity high in July?", "nothing"),
    ("How much gas did Harbour Office use on 30 February?", "nothing harbour-office"),
    ("gas for Harbour Office in week 53", "nothing harbour-office"),
    ("How much electricity did Sunset Mall use in May?", "nothing"),
    ("Why did the Northgate Hospital use so much gas in January?", "nothing"),
    ("What was the electricity use of Harbour Office in spring 2023?", "nothing harbour-office"),
    ("Weshalb ist der Stromverbrauch der Markthalle im Juni gestiegen?", "nothing"),
    ("How much gas did Elm Court use in March?", "nothing"),
    ("electricity at Harbour Office in July 2031", "nothing harbour-office"),
)
# turns are parted by " || "; the last is the question
FOLLOW_UPS = (
    (
        "How much electricity did Harbour Office use in July? || and in August?",
        "consumption electricity harbour-office 08-01..08-31 total",
    ),
    (
        "How much electricity did Harbour Office use in July? || what about gas?",
        "consumption gas harbour-office 07-01..07-31 total",
    ),
    (
        "Why was electricity at Harbour Office high in July? || and at the hotel?",
        "explain electricity hotel-belvedere 07-01..07-31 high",
    ),
    (
        "Why was electricity at Harbour Office high in July? || Was anything unusual there in May?",
        "anomalies electricity harbour-office 05-01..05-31",
    ),
    ("Why was electricity at Harbour Office high in July? || thanks", "documents"),
    (
        "How much electricity did Harbour Office use in July? || Why was it so high?",
        "explain electricity harbour-office 07-01..07-31 high",
    ),
    (
        "How much electricity did Harbour Office use in July? || and the hotel in June? || what about cooling?",
        "consumption chilled_water hotel-belvedere 06-01..06-30 total",
    ),
    ("Which building used the most gas in March? || and in April?", "ranking gas all 04-01..04-30 total high"),
    ("Which building used the most gas in March? || and the least?", "ranking gas all 03-01..03-31 total low"),
    (
        "Compare Harbour Office and Mill Street Office in May || what about per square metre?",
        "comparison electricity harbour-office,mill-street-office 05-01..05-31 per_m2",
    ),
    (
        "Why was electricity high at Kepler in week 28? || what does the maintenance log say about it?",
        "documents kepler-laboratory",
    ),
    (
        "Was there anything strange at the hotel in March? || And the week before?",
        "anomalies - hotel-belvedere 02-22..02-28",
    ),
    (
        "How much gas did the hotel use in March? || How does that compare with the month before?",
        "comparison gas hotel-belvedere 03-01..03-31 vs 02-01..02-28 total",
    ),
    (
        "Was there anything unusual at Kepler in week 10? || And the following one?",
        "anomalies - kepler-laboratory 03-10..03-16",
    ),
    ("Which building used the least gas in May? || And electricity?", "ranking electricity all 05-01..05-31 total low"),
    ("How much gas did Linden School use in March? || Is that normal?", "anomalies gas linden-school 03-01..03-31"),
    (
        "When was the peak at the hotel in July? || And at the hospital?",
        "peaks electricity st-anna-hospital 07-01..07-31",
    ),
    (
        "How much electricity did Market Hall use in May? || compare that with June",
        "comparison electricity market-hall 05-01..05-31 vs 06-01..06-30 total",
    ),
)
QUESTIONS = (
    *EXPLAIN,
    *ANOMALIES,
    *CONSUMPTION,
    *COMPARISON,
    *RANKING,
    *PEAKS,
    *PROFILE,
    *DATA_QUALITY,
    *PORTFOLIO,
    *DOCUMENTS,
    *NOTHING,
    *FOLLOW_UPS,
)
