"""The names that Windows and everybody else have for time zones.

    >>> windows_name("Europe/Vienna"), iana_name("Tokyo Standard Time")
    ('W. Europe Standard Time', 'Asia/Tokyo')

Of the zones behind a Windows name the first is the one it is taken for.
"""

from __future__ import annotations

from functools import cache
from typing import Final

_TABLE: Final = """
Dateline Standard Time: Etc/GMT+12
UTC-11: Etc/GMT+11 US/Samoa Pacific/Samoa Pacific/Pago_Pago Pacific/Midway Pacific/Niue
Aleutian Standard Time: America/Adak America/Atka US/Aleutian
Hawaiian Standard Time: Pacific/Honolulu HST US/Hawaii Etc/GMT+10 Pacific/Rarotonga Pacific/Tahiti Pacific/Johnston
Marquesas Standard Time: Pacific/Marquesas
Alaskan Standard Time: America/Anchorage US/Alaska America/Juneau America/Nome America/Sitka America/Yakutat
Alaskan Standard Time: America/Metlakatla
UTC-09: Etc/GMT+9 Pacific/Gambier
Pacific Standard Time (Mexico): America/Tijuana Mexico/BajaNorte America/Santa_Isabel America/Ensenada
UTC-08: Etc/GMT+8 Pacific/Pitcairn
Pacific Standard Time: America/Los_Angeles America/Vancouver PST8PDT US/Pacific Canada/Pacific
US Mountain Standard Time: America/Phoenix America/Creston America/Dawson_Creek America/Fort_Nelson America/Hermosillo
US Mountain Standard Time: Etc/GMT+7 US/Arizona MST
Mountain Standard Time (Mexico): America/Mazatlan Mexico/BajaSur
Mountain Standard Time: America/Denver America/Boise America/Edmonton America/Inuvik America/Yellowknife MST7MDT
Mountain Standard Time: America/Cambridge_Bay America/Shiprock Navajo America/Ciudad_Juarez US/Mountain
Mountain Standard Time: Canada/Mountain
Yukon Standard Time: America/Whitehorse Canada/Yukon America/Dawson
Central America Standard Time: America/Guatemala America/Belize America/Costa_Rica America/El_Salvador America/Managua
Central America Standard Time: America/Tegucigalpa America/Chihuahua Pacific/Galapagos Etc/GMT+6
Central Standard Time: America/Chicago America/Winnipeg America/Menominee America/Indiana/Knox
Central Standard Time: America/Indiana/Tell_City America/Rankin_Inlet America/Resolute America/Rainy_River
Central Standard Time: America/North_Dakota/Center CST6CDT America/North_Dakota/Beulah America/North_Dakota/New_Salem
Central Standard Time: America/Matamoros America/Ojinaga US/Central
Easter Island Standard Time: Pacific/Easter Chile/EasterIsland
Central Standard Time (Mexico): America/Mexico_City Mexico/General America/Merida America/Monterrey
Central Standard Time (Mexico): America/Bahia_Banderas
Canada Central Standard Time: America/Regina America/Swift_Current Canada/Saskatchewan
SA Pacific Standard Time: America/Bogota America/Lima America/Panama America/Guayaquil America/Jamaica America/Cayman
SA Pacific Standard Time: America/Rio_Branco Jamaica Brazil/Acre America/Eirunepe America/Coral_Harbour
SA Pacific Standard Time: America/Atikokan Etc/GMT+5 EST
Eastern Standard Time (Mexico): America/Cancun
Eastern Standard Time: America/New_York America/Toronto America/Detroit America/Montreal America/Kentucky/Louisville
Eastern Standard Time: America/Louisville America/Kentucky/Monticello America/Indiana/Petersburg America/Nassau
Eastern Standard Time: America/Indiana/Vincennes America/Indiana/Winamac America/Iqaluit America/Nipigon EST5EDT
Eastern Standard Time: America/Pangnirtung America/Thunder_Bay US/Eastern Canada/Eastern
Haiti Standard Time: America/Port-au-Prince
Cuba Standard Time: America/Havana Cuba
US Eastern Standard Time: America/Indiana/Indianapolis America/Indianapolis America/Indiana/Marengo
US Eastern Standard Time: America/Indiana/Vevay America/Fort_Wayne US/East-Indiana
Turks And Caicos Standard Time: America/Grand_Turk
Paraguay Standard Time: America/Asuncion
Atlantic Standard Time: America/Halifax Atlantic/Bermuda America/Glace_Bay America/Goose_Bay America/Moncton
Atlantic Standard Time: America/Thule Canada/Atlantic
Venezuela Standard Time: America/Caracas
Central Brazilian Standard Time: America/Cuiaba America/Campo_Grande
SA Western Standard Time: America/La_Paz America/Puerto_Rico America/Santo_Domingo America/Barbados America/Martinique
SA Western Standard Time: America/Manaus America/Boa_Vista America/Porto_Velho America/Guyana America/Port_of_Spain
SA Western Standard Time: America/Curacao America/Aruba America/Antigua America/Anguilla America/Dominica
SA Western Standard Time: America/Grenada America/Guadeloupe America/Montserrat America/St_Kitts America/St_Lucia
SA Western Standard Time: America/St_Thomas America/St_Vincent America/Kralendijk America/Lower_Princes
SA Western Standard Time: America/Tortola America/Marigot America/St_Barthelemy America/Blanc-Sablon Etc/GMT+4
Pacific SA Standard Time: America/Santiago Chile/Continental
Newfoundland Standard Time: America/St_Johns Canada/Newfoundland
Tocantins Standard Time: America/Araguaina
E. South America Standard Time: America/Sao_Paulo Brazil/East
SA Eastern Standard Time: America/Cayenne America/Fortaleza America/Belem America/Maceio America/Recife
SA Eastern Standard Time: America/Santarem America/Paramaribo Antarctica/Palmer Antarctica/Rothera Atlantic/Stanley
SA Eastern Standard Time: Etc/GMT+3
Argentina Standard Time: America/Argentina/Buenos_Aires America/Buenos_Aires America/Argentina/Cordoba
Argentina Standard Time: America/Argentina/Catamarca America/Argentina/Jujuy America/Argentina/La_Rioja
Argentina Standard Time: America/Argentina/Mendoza America/Argentina/Rio_Gallegos America/Argentina/Salta
Argentina Standard Time: America/Argentina/San_Juan America/Argentina/San_Luis America/Argentina/Tucuman
Argentina Standard Time: America/Argentina/Ushuaia America/Catamarca America/Cordoba America/Jujuy America/Mendoza
Argentina Standard Time: America/Rosario
Greenland Standard Time: America/Nuuk America/Godthab America/Scoresbysund
Montevideo Standard Time: America/Montevideo
Magallanes Standard Time: America/Punta_Arenas America/Coyhaique
Saint Pierre Standard Time: America/Miquelon
Bahia Standard Time: America/Bahia
UTC-02: Etc/GMT+2 Brazil/DeNoronha America/Noronha Atlantic/South_Georgia
Azores Standard Time: Atlantic/Azores
Cape Verde Standard Time: Atlantic/Cape_Verde Etc/GMT+1
UTC: Etc/UTC Etc/GMT0 Etc/GMT+0 Etc/GMT-0 GMT0 GMT+0 GMT-0 Greenwich UTC Etc/GMT Etc/UCT Etc/Zulu Zulu UCT GMT
UTC: Etc/Greenwich Universal Etc/Universal
GMT Standard Time: Europe/London Europe/Dublin Europe/Lisbon Europe/Belfast Europe/Guernsey Europe/Isle_of_Man GB Eire
GMT Standard Time: Europe/Jersey Atlantic/Faeroe GB-Eire Atlantic/Canary Atlantic/Faroe Atlantic/Madeira Portugal WET
Greenwich Standard Time: Atlantic/Reykjavik Africa/Abidjan Africa/Accra Africa/Bamako Africa/Banjul Africa/Bissau
Greenwich Standard Time: Africa/Conakry Africa/Dakar Africa/Freetown Africa/Lome Africa/Monrovia Africa/Nouakchott
Greenwich Standard Time: Africa/Ouagadougou Atlantic/St_Helena America/Danmarkshavn Iceland
Sao Tome Standard Time: Africa/Sao_Tome
Morocco Standard Time: Africa/Casablanca Africa/El_Aaiun
W. Europe Standard Time: Europe/Berlin Europe/Amsterdam Europe/Vienna Europe/Zurich Europe/Rome Europe/Stockholm
W. Europe Standard Time: Europe/Oslo Europe/Luxembourg Europe/Monaco Europe/Malta Europe/San_Marino Europe/Vatican
W. Europe Standard Time: Europe/Andorra Atlantic/Jan_Mayen Europe/Gibraltar Europe/Vaduz Europe/Busingen
W. Europe Standard Time: Arctic/Longyearbyen
Central Europe Standard Time: Europe/Budapest Europe/Prague Europe/Bratislava Europe/Belgrade Europe/Ljubljana
Central Europe Standard Time: Europe/Tirane Europe/Podgorica
Romance Standard Time: Europe/Paris Europe/Brussels Europe/Copenhagen Europe/Madrid Africa/Ceuta CET MET
Central European Standard Time: Europe/Warsaw Europe/Sarajevo Europe/Skopje Europe/Zagreb Poland
W. Central Africa Standard Time: Africa/Lagos Africa/Algiers Africa/Bangui Africa/Brazzaville Africa/Douala
W. Central Africa Standard Time: Africa/Kinshasa Africa/Libreville Africa/Luanda Africa/Malabo Africa/Ndjamena
W. Central Africa Standard Time: Africa/Niamey Africa/Porto-Novo Africa/Tunis Etc/GMT-1
Namibia Standard Time: Africa/Windhoek
Jordan Standard Time: Asia/Amman
GTB Standard Time: Europe/Bucharest Europe/Athens Asia/Nicosia Asia/Famagusta Europe/Nicosia
Middle East Standard Time: Asia/Beirut
Egypt Standard Time: Africa/Cairo Egypt
E. Europe Standard Time: Europe/Chisinau Europe/Tiraspol
Syria Standard Time: Asia/Damascus
West Bank Standard Time: Asia/Hebron Asia/Gaza
South Africa Standard Time: Africa/Johannesburg Africa/Harare Africa/Maputo Africa/Lusaka Africa/Gaborone
South Africa Standard Time: Africa/Blantyre Africa/Bujumbura Africa/Kigali Africa/Lubumbashi Africa/Maseru
South Africa Standard Time: Africa/Mbabane Etc/GMT-2
FLE Standard Time: Europe/Kiev Europe/Kyiv Europe/Helsinki Europe/Riga Europe/Sofia Europe/Tallinn Europe/Vilnius
FLE Standard Time: Europe/Mariehamn Europe/Uzhgorod Europe/Zaporozhye EET
Israel Standard Time: Asia/Jerusalem Asia/Tel_Aviv Israel
South Sudan Standard Time: Africa/Juba
Kaliningrad Standard Time: Europe/Kaliningrad
Sudan Standard Time: Africa/Khartoum
Libya Standard Time: Africa/Tripoli Libya
Turkey Standard Time: Europe/Istanbul Asia/Istanbul Turkey
Arabic Standard Time: Asia/Baghdad
Arab Standard Time: Asia/Riyadh Asia/Kuwait Asia/Qatar Asia/Bahrain Asia/Aden
Belarus Standard Time: Europe/Minsk
Russian Standard Time: Europe/Moscow Europe/Simferopol W-SU
E. Africa Standard Time: Africa/Nairobi Africa/Addis_Ababa Africa/Asmara Africa/Dar_es_Salaam Africa/Djibouti
E. Africa Standard Time: Africa/Kampala Africa/Mogadishu Indian/Antananarivo Indian/Comoro Indian/Mayotte
E. Africa Standard Time: Antarctica/Syowa Etc/GMT-3
Volgograd Standard Time: Europe/Volgograd Europe/Kirov
Iran Standard Time: Asia/Tehran Iran
Arabian Standard Time: Asia/Dubai Asia/Muscat Etc/GMT-4
Astrakhan Standard Time: Europe/Astrakhan Europe/Ulyanovsk
Azerbaijan Standard Time: Asia/Baku
Russia Time Zone 3: Europe/Samara
Mauritius Standard Time: Indian/Mauritius Indian/Reunion Indian/Mahe
Saratov Standard Time: Europe/Saratov
Georgian Standard Time: Asia/Tbilisi
Caucasus Standard Time: Asia/Yerevan
Afghanistan Standard Time: Asia/Kabul
West Asia Standard Time: Asia/Tashkent Asia/Samarkand Asia/Ashgabat Asia/Dushanbe Asia/Aqtau Asia/Aqtobe Asia/Atyrau
West Asia Standard Time: Asia/Oral Indian/Maldives Asia/Almaty Asia/Qostanay Indian/Kerguelen Antarctica/Vostok
West Asia Standard Time: Antarctica/Mawson Etc/GMT-5
Ekaterinburg Standard Time: Asia/Yekaterinburg
Pakistan Standard Time: Asia/Karachi
Qyzylorda Standard Time: Asia/Qyzylorda
India Standard Time: Asia/Kolkata Asia/Calcutta
Sri Lanka Standard Time: Asia/Colombo
Nepal Standard Time: Asia/Kathmandu Asia/Katmandu
Central Asia Standard Time: Asia/Bishkek Asia/Urumqi Indian/Chagos Etc/GMT-6 Asia/Kashgar
Bangladesh Standard Time: Asia/Dhaka Asia/Dacca Asia/Thimbu Asia/Thimphu
Omsk Standard Time: Asia/Omsk
Myanmar Standard Time: Asia/Yangon Asia/Rangoon Indian/Cocos
SE Asia Standard Time: Asia/Bangkok Asia/Ho_Chi_Minh Asia/Saigon Asia/Jakarta Asia/Phnom_Penh Asia/Vientiane
SE Asia Standard Time: Asia/Pontianak Indian/Christmas Antarctica/Davis Etc/GMT-7
Altai Standard Time: Asia/Barnaul
W. Mongolia Standard Time: Asia/Hovd
North Asia Standard Time: Asia/Krasnoyarsk Asia/Novokuznetsk
N. Central Asia Standard Time: Asia/Novosibirsk
Tomsk Standard Time: Asia/Tomsk
China Standard Time: Asia/Shanghai Asia/Chungking Asia/Harbin Asia/Macao Asia/Hong_Kong Asia/Macau Asia/Chongqing PRC
China Standard Time: Hongkong
North Asia East Standard Time: Asia/Irkutsk
Singapore Standard Time: Asia/Singapore Asia/Kuala_Lumpur Asia/Manila Asia/Brunei Asia/Kuching Asia/Makassar Etc/GMT-8
Singapore Standard Time: Singapore
W. Australia Standard Time: Australia/Perth Antarctica/Casey Australia/West
Taipei Standard Time: Asia/Taipei ROC
Ulaanbaatar Standard Time: Asia/Ulaanbaatar Asia/Ulan_Bator Asia/Choibalsan
Aus Central W. Standard Time: Australia/Eucla
Transbaikal Standard Time: Asia/Chita
Tokyo Standard Time: Asia/Tokyo Asia/Jayapura Asia/Dili Pacific/Palau Etc/GMT-9 Japan
North Korea Standard Time: Asia/Pyongyang
Korea Standard Time: Asia/Seoul ROK
Yakutsk Standard Time: Asia/Yakutsk Asia/Khandyga
Cen. Australia Standard Time: Australia/Adelaide Australia/Yancowinna Australia/Broken_Hill Australia/South
AUS Central Standard Time: Australia/Darwin Australia/North
E. Australia Standard Time: Australia/Brisbane Australia/Lindeman Australia/Queensland
AUS Eastern Standard Time: Australia/Sydney Australia/Melbourne Australia/Canberra Australia/ACT Australia/NSW
AUS Eastern Standard Time: Australia/Victoria
West Pacific Standard Time: Pacific/Port_Moresby Pacific/Guam Pacific/Saipan Pacific/Truk Pacific/Chuuk Etc/GMT-10
West Pacific Standard Time: Antarctica/DumontDUrville
Tasmania Standard Time: Australia/Hobart Australia/Currie Antarctica/Macquarie Australia/Tasmania
Vladivostok Standard Time: Asia/Vladivostok Asia/Ust-Nera
Lord Howe Standard Time: Australia/Lord_Howe Australia/LHI
Bougainville Standard Time: Pacific/Bougainville
Russia Time Zone 10: Asia/Srednekolymsk
Magadan Standard Time: Asia/Magadan
Norfolk Standard Time: Pacific/Norfolk
Sakhalin Standard Time: Asia/Sakhalin
Central Pacific Standard Time: Pacific/Guadalcanal Pacific/Noumea Pacific/Efate Pacific/Pohnpei Pacific/Ponape
Central Pacific Standard Time: Pacific/Kosrae Etc/GMT-11
Russia Time Zone 11: Asia/Kamchatka Asia/Anadyr
New Zealand Standard Time: Pacific/Auckland Antarctica/South_Pole Antarctica/McMurdo NZ
UTC+12: Etc/GMT-12 Pacific/Tarawa Pacific/Majuro Pacific/Kwajalein Pacific/Nauru Pacific/Wake Pacific/Wallis
UTC+12: Pacific/Funafuti Kwajalein
Fiji Standard Time: Pacific/Fiji
Chatham Islands Standard Time: Pacific/Chatham NZ-CHAT
UTC+13: Etc/GMT-13 Pacific/Enderbury Pacific/Kanton Pacific/Fakaofo
Tonga Standard Time: Pacific/Tongatapu
Samoa Standard Time: Pacific/Apia
Line Islands Standard Time: Pacific/Kiritimati Etc/GMT-14
"""


def windows_name(name: str) -> str | None:
    """What Windows calls a zone of the IANA database, None where it has no name; its own names stay as they are."""
    return _by_iana().get(name.casefold()) or (name if name.casefold() in _by_windows() else None)


def iana_name(name: str) -> str | None:
    """The zone of the IANA database that a Windows name is taken for, None for one it does not have."""
    return _by_windows().get(name.casefold())


def windows_zones() -> dict[str, list[str]]:
    """Every Windows name with the zones behind it."""
    found: dict[str, list[str]] = {}
    for line in _TABLE.strip().splitlines():
        windows, _, zones = line.partition(": ")
        found.setdefault(windows, []).extend(zones.split())
    return found


@cache
def _by_windows() -> dict[str, str]:
    return {windows.casefold(): zones[0] for windows, zones in windows_zones().items()}


@cache
def _by_iana() -> dict[str, str]:
    return {zone.casefold(): windows for windows, zones in windows_zones().items() for zone in zones}
