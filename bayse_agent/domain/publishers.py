"""The publishers whose word counts until somebody says otherwise, by registrable domain.

News agencies, papers and broadcasters with an editor who answers for what they print, and bodies
that announce results themselves. Being on the list gives a publisher no more than 0.4 of log-odds;
not being on it gives nothing, however often and however surely something is written.
"""

from __future__ import annotations

WIRES = ("reuters.com", "apnews.com", "afp.com", "bloomberg.com", "panapress.com")
WORLD = (
    "aljazeera.com",
    "bbc.co.uk",
    "bbc.com",
    "cnbc.com",
    "cnn.com",
    "dw.com",
    "economist.com",
    "france24.com",
    "ft.com",
    "nytimes.com",
    "rfi.fr",
    "theguardian.com",
    "voanews.com",
    "washingtonpost.com",
    "wsj.com",
)
AFRICA = (
    "africanews.com",
    "allafrica.com",
    "arise.tv",
    "businessday.ng",
    "channelstv.com",
    "citizen.digital",
    "dailypost.ng",
    "dailytrust.com",
    "graphic.com.gh",
    "guardian.ng",
    "ghanaweb.com",
    "mg.co.za",
    "myjoyonline.com",
    "nairametrics.com",
    "nan.ng",
    "nation.africa",
    "news24.com",
    "premiumtimesng.com",
    "punchng.com",
    "standardmedia.co.ke",
    "thecable.ng",
    "theeastafrican.co.ke",
    "thenationonlineng.net",
    "thisdaylive.com",
    "tribuneonlineng.com",
    "vanguardngr.com",
)
SPORT = (
    "cafonline.com",
    "completesports.com",
    "espn.com",
    "fifa.com",
    "goal.com",
    "premierleague.com",
    "skysports.com",
    "supersport.com",
    "uefa.com",
)
MONEY = (
    "coindesk.com",
    "finance.yahoo.com",
    "investing.com",
    "marketwatch.com",
    "techcabal.com",
    "theblock.co",
)
OFFICIAL = (
    "cbn.gov.ng",
    "ecb.europa.eu",
    "europa.eu",
    "federalreserve.gov",
    "imf.org",
    "inecnigeria.org",
    "nigerianstat.gov.ng",
    "who.int",
    "worldbank.org",
)

TRUSTED = (*WIRES, *WORLD, *AFRICA, *SPORT, *MONEY, *OFFICIAL)
