"""Names of months and of days of the week in the languages of customers."""

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jänner janvier enero gennaio janeiro januari ene gen января янв"
            " січня stycznia ledna leden ocak tammikuuta",
            "feb february februar februari februarie février fevrier febrero febbraio fevereiro févr fév fev февраля фев лютого"
            " lutego února únor şubat subat helmikuuta",
            "mar march märz mars marzo março maart maret mär mrz марта мар березня marca března březen mart maaliskuuta",
            "apr april avril abril aprile avr abr апреля апр квітня kwietnia dubna duben nisan huhtikuuta",
            "may mai mayo maggio maio mei mag maj мая травня maja května květen mayıs mayis toukokuuta",
            "jun june juni juin junio giugno junho giu июня июн червня czerwca června červen haziran kesäkuuta",
            "jul july juli juillet julio luglio julho juil lug июля июл липня"
            " lipca července červenec temmuz heinäkuuta",
            "aug august août aout agosto agustus augustus augusti ago августа авг серпня"
            " sierpnia srpna srpen ağustos agustos elokuuta",
            "sep sept september septembre septiembre settembre setembro set сентября сен вересня września"
            " září eylül eylul syyskuuta",
            "oct october oktober octobre octubre ottobre outubro okt ott out октября окт жовтня"
            " października října říjen ekim lokakuuta",
            "nov november novembre noviembre novembro ноября ноя листопада listopadu kasım kasim marraskuuta",
            "dec december dezember décembre decembre diciembre dicembre dezembro desember dez déc dic des"
            " декабря дек грудня grudnia"
            " prosince prosinec aralık aralik joulukuuta",
        ),
        start=1,
    )
    for name in names.split()
}
"""Name in small letters -> 1 to 12. Listopada is left out: October to Croats, November to Poles."""

_WEEKDAYS = (
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag lundi mardi mercredi jeudi vendredi samedi dimanche"
    " lunes martes miércoles miercoles jueves viernes sábado sabado domingo lunedì lunedi martedì martedi mercoledì mercoledi"
    " giovedì giovedi venerdì venerdi domenica maandag dinsdag woensdag donderdag vrijdag zaterdag zondag segunda-feira"
    " terça-feira quarta-feira quinta-feira sexta-feira понедельник вторник среда четверг пятница суббота воскресенье"
).split()
_SHORT_WEEKDAYS = "mo di mi do fr sa so lun mer jeu ven sam dim mié mie jue vie sáb sab dom".split()

WEEKDAY_PATTERN = (
    r"\(?\s*(?:星期|周|週|礼拜|禮拜)[一二三四五六日天]\s*\)?|\([月火水木金土日]\)|[月火水木金土日]曜日"
    r"|\([월화수목금토일]\)|[월화수목금토일]요일"
    r"|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?"
    rf"|\b(?:{'|'.join(_WEEKDAYS)})\b,?"
    # Short ones only in front; `mar` is March.
    rf"|^(?:{'|'.join(_SHORT_WEEKDAYS)})\b\.?,?(?=\s*\d)"
)
