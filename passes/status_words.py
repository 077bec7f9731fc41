"""The words of statuses on cards, by language: what cards of every design share."""

from collections.abc import Mapping

_ORDER = ("active", "expired", "not_yet_started", "no_membership", "blocked", "revoked", "no_end")

_BY_LANGUAGE: Mapping[str, tuple[str, str, str, str, str, str, str]] = {
    "en": ("Active", "Expired", "Not yet started", "No membership", "Please ask at the desk",
           "No longer valid", "Without end"),
    "de": ("Aktiv", "Abgelaufen", "Beginnt noch", "Keine Mitgliedschaft",
           "Bitte am Empfang melden", "Nicht mehr gültig", "Ohne Ende"),
    "ar": ("سارية", "منتهية", "لم تبدأ بعد", "لا توجد عضوية", "يرجى مراجعة الاستقبال",
           "لم تعد صالحة", "بلا تاريخ انتهاء"),
    "bg": ("Активна", "Изтекла", "Още не е започнала", "Няма членство",
           "Моля, обърнете се към рецепцията", "Вече не е валидна", "Безсрочна"),
    "ca": ("Actiu", "Caducat", "Encara no ha començat", "Sense abonament",
           "Pregunteu a recepció", "Ja no és vàlid", "Sense data de fi"),
    "cs": ("Platné", "Vypršelo", "Ještě nezačalo", "Bez členství", "Zeptejte se na recepci",
           "Již neplatí", "Bez konce"),
    "da": ("Aktiv", "Udløbet", "Ikke begyndt endnu", "Intet medlemskab",
           "Henvend dig i receptionen", "Ikke længere gyldig", "Uden slutdato"),
    "el": ("Ενεργή", "Έληξε", "Δεν έχει αρχίσει ακόμη", "Χωρίς συνδρομή",
           "Απευθυνθείτε στην υποδοχή", "Δεν ισχύει πλέον", "Χωρίς λήξη"),
    "es": ("Activo", "Caducado", "Aún no ha empezado", "Sin abono", "Consulte en recepción",
           "Ya no es válido", "Sin fecha de fin"),
    "et": ("Kehtiv", "Aegunud", "Pole veel alanud", "Liikmesus puudub",
           "Palun pöörduge vastuvõttu", "Enam ei kehti", "Tähtajatu"),
    "fa": ("فعال", "منقضی‌شده", "هنوز شروع نشده", "بدون عضویت", "لطفاً به پذیرش مراجعه کنید",
           "دیگر معتبر نیست", "بدون پایان"),
    "fi": ("Voimassa", "Vanhentunut", "Ei vielä alkanut", "Ei jäsenyyttä",
           "Kysy vastaanotosta", "Ei enää voimassa", "Toistaiseksi"),
    "fr": ("Actif", "Expiré", "Pas encore commencé", "Aucun abonnement",
           "Adressez-vous à l’accueil", "N’est plus valable", "Sans fin"),
    "he": ("פעיל", "פג תוקף", "טרם התחיל", "אין מנוי", "נא לפנות לקבלה", "אינו תקף עוד",
           "ללא תאריך סיום"),
    "hi": ("सक्रिय", "समाप्त", "अभी शुरू नहीं हुई", "कोई सदस्यता नहीं",
           "कृपया रिसेप्शन पर पूछें", "अब मान्य नहीं", "बिना अंतिम तिथि"),
    "hr": ("Aktivno", "Isteklo", "Još nije počelo", "Nema članstva", "Javite se na recepciju",
           "Više ne vrijedi", "Bez kraja"),
    "hu": ("Aktív", "Lejárt", "Még nem kezdődött el", "Nincs tagság",
           "Kérjük, forduljon a recepcióhoz", "Már nem érvényes", "Határozatlan"),
    "id": ("Aktif", "Kedaluwarsa", "Belum dimulai", "Tanpa keanggotaan",
           "Silakan tanya resepsionis", "Tidak berlaku lagi", "Tanpa batas"),
    "it": ("Attivo", "Scaduto", "Non ancora iniziato", "Nessun abbonamento",
           "Rivolgersi alla reception", "Non più valido", "Senza scadenza"),
    "ja": ("有効", "期限切れ", "開始前", "会員契約なし", "受付にお申し出ください", "無効",
           "無期限"),
    "ko": ("유효", "만료됨", "시작 전", "회원권 없음", "안내 데스크에 문의하세요",
           "더 이상 유효하지 않음", "종료일 없음"),
    "lt": ("Galioja", "Baigėsi", "Dar neprasidėjo", "Narystės nėra", "Kreipkitės į registratūrą",
           "Nebegalioja", "Neterminuota"),
    "lv": ("Derīga", "Beigusies", "Vēl nav sākusies", "Nav dalības", "Vērsieties reģistratūrā",
           "Vairs nav derīga", "Beztermiņa"),
    "nb": ("Aktiv", "Utløpt", "Ikke begynt ennå", "Ikke medlem", "Henvend deg i resepsjonen",
           "Ikke lenger gyldig", "Uten sluttdato"),
    "nl": ("Actief", "Verlopen", "Nog niet begonnen", "Geen lidmaatschap", "Meld u bij de balie",
           "Niet meer geldig", "Zonder einde"),
    "pl": ("Aktywny", "Wygasł", "Jeszcze się nie rozpoczął", "Brak członkostwa",
           "Proszę zgłosić się do recepcji", "Już nieważny", "Bezterminowo"),
    "pt": ("Ativo", "Expirado", "Ainda não começou", "Sem adesão", "Dirija-se à receção",
           "Já não é válido", "Sem fim"),
    "pt-BR": ("Ativo", "Vencido", "Ainda não começou", "Sem plano", "Procure a recepção",
              "Não é mais válido", "Sem data de término"),
    "ro": ("Activ", "Expirat", "Încă nu a început", "Fără abonament", "Întrebați la recepție",
           "Nu mai este valabil", "Fără sfârșit"),
    "ru": ("Действует", "Истёк", "Ещё не начался", "Нет абонемента", "Обратитесь на стойку",
           "Больше не действует", "Бессрочно"),
    "sk": ("Platné", "Vypršalo", "Ešte nezačalo", "Bez členstva", "Opýtajte sa na recepcii",
           "Už neplatí", "Bez konca"),
    "sl": ("Aktivno", "Poteklo", "Še ni začelo", "Brez članstva", "Oglasite se na recepciji",
           "Ni več veljavno", "Brez konca"),
    "sv": ("Aktivt", "Utgånget", "Inte börjat än", "Inget medlemskap", "Fråga i receptionen",
           "Gäller inte längre", "Utan slutdatum"),
    "th": ("ใช้งานได้", "หมดอายุ", "ยังไม่เริ่ม", "ไม่มีสมาชิกภาพ", "โปรดติดต่อเคาน์เตอร์", "ใช้ไม่ได้แล้ว",
           "ไม่มีกำหนดสิ้นสุด"),
    "tr": ("Geçerli", "Süresi doldu", "Henüz başlamadı", "Üyelik yok", "Lütfen resepsiyona sorun",
           "Artık geçerli değil", "Süresiz"),
    "uk": ("Дійсний", "Закінчився", "Ще не почався", "Немає абонемента",
           "Зверніться на рецепцію", "Більше не дійсний", "Безстроково"),
    "vi": ("Còn hiệu lực", "Hết hạn", "Chưa bắt đầu", "Không có gói hội viên",
           "Vui lòng hỏi lễ tân", "Không còn hiệu lực", "Không thời hạn"),
    "zh": ("有效", "已过期", "尚未开始", "无会员资格", "请咨询前台", "已失效", "无限期"),
    "zh-Hant": ("有效", "已過期", "尚未開始", "無會員資格", "請洽櫃檯", "已失效", "無限期"),
}  # fmt: skip

_SAME = {
    "no": "nb",
    "nn": "nb",
    "zh-TW": "zh-Hant",
    "zh-HK": "zh-Hant",
    "zh-MO": "zh-Hant",
    "in": "id",
    "iw": "he",
}
"""Languages by another tag, and close ones."""

LANGUAGES = frozenset({*_BY_LANGUAGE, *_SAME})


def words_by_language(name: str) -> dict[str, str]:
    """Return the words for a status, or for ``no_end``, by language; English is the first."""
    place = _ORDER.index(name)
    words = {language: row[place] for language, row in _BY_LANGUAGE.items()}
    return words | {tag: words[language] for tag, language in _SAME.items()}
