# ruff: noqa: RUF001
"""The same questions in eight languages: two subjects, a dozen things each, six ways to ask.

Written for this benchmark. Things stand in the nominative, so that no language has to bend them.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """Its code, ways to ask with `{}` for the thing, and things of two subjects: devices and access, work and pay."""

    code: str
    ways: tuple[str, ...]
    devices: tuple[str, ...]
    work: tuple[str, ...]

    @classmethod
    def of(cls, code: str, *texts: str) -> "Language":
        """Return it of lists that bars divide."""
        return cls(code, *(tuple(text.split("|")) for text in texts))


LANGUAGES = (
    Language.of(
        "en",
        "{}: how do I apply for it?|where do I find this: {}|{} - who is responsible?|problem: {}|"
        "{}, what is new this year?|{} does not work for me",
        "password|printer|keyboard|network|server|mailbox|screen|telephone|user account|"
        "software update|wireless connection|backup copy",
        "holiday|salary|pension|sick leave|contract of employment|overtime|health insurance|"
        "parental leave|training course|bonus payment|travel expenses|working hours",
    ),
    Language.of(
        "de",
        "{}: wie beantrage ich das?|wo finde ich das: {}|{} - wer ist zuständig?|Problem: {}|"
        "{}, was ist dieses Jahr neu?|{} funktioniert bei mir nicht",
        "Passwort|Drucker|Tastatur|Netzwerk|Server|Postfach|Bildschirm|Telefon|Benutzerkonto|"
        "Softwareaktualisierung|Funkverbindung|Sicherungskopie",
        "Urlaub|Gehalt|Rente|Krankmeldung|Arbeitsvertrag|Überstunden|Krankenversicherung|Elternzeit|"
        "Fortbildung|Prämie|Reisekosten|Arbeitszeit",
    ),
    Language.of(
        "ru",
        "{}: как это оформить?|где это найти: {}|{} - кто отвечает?|проблема: {}|"
        "{}, что нового в этом году?|{} у меня не работает",
        "пароль|принтер|клавиатура|сеть|сервер|почтовый ящик|экран|телефон|учётная запись|"
        "обновление программы|беспроводная связь|резервная копия",
        "отпуск|зарплата|пенсия|больничный|трудовой договор|сверхурочные|медицинская страховка|"
        "отпуск по уходу за ребёнком|курсы повышения квалификации|премия|командировочные расходы|"
        "рабочее время",
    ),
    Language.of(
        "ar",
        "{}: كيف أقدم طلبا؟|أين أجد هذا: {}|{} - من المسؤول؟|مشكلة: {}|{}، ما الجديد هذا العام؟|{} لا يعمل عندي",
        "كلمة المرور|الطابعة|لوحة المفاتيح|الشبكة|الخادم|صندوق البريد|الشاشة|الهاتف|حساب المستخدم|"
        "تحديث البرنامج|الاتصال اللاسلكي|النسخة الاحتياطية",
        "الإجازة|الراتب|التقاعد|الإجازة المرضية|عقد العمل|العمل الإضافي|التأمين الصحي|إجازة الأمومة|"
        "الدورة التدريبية|المكافأة|مصاريف السفر|ساعات العمل",
    ),
    Language.of(
        "hi",
        "{}: आवेदन कैसे करें?|यह कहाँ मिलेगा: {}|{} - कौन ज़िम्मेदार है?|समस्या: {}|{}, इस साल नया क्या है?|{} मेरे यहाँ काम नहीं करता",
        "पासवर्ड|प्रिंटर|कीबोर्ड|नेटवर्क|सर्वर|मेलबॉक्स|स्क्रीन|टेलीफ़ोन|उपयोगकर्ता खाता|सॉफ़्टवेयर अपडेट|वायरलेस कनेक्शन|बैकअप प्रति",
        "छुट्टी|वेतन|पेंशन|बीमारी की छुट्टी|रोज़गार अनुबंध|ओवरटाइम|स्वास्थ्य बीमा|मातृत्व अवकाश|"
        "प्रशिक्षण पाठ्यक्रम|बोनस भुगतान|यात्रा व्यय|काम के घंटे",
    ),
    Language.of(
        "th",
        "{} ขออย่างไร|หาได้ที่ไหน {}|{} ใครรับผิดชอบ|ปัญหา {}|{} ปีนี้มีอะไรใหม่|{} ใช้งานไม่ได้",
        "รหัสผ่าน|เครื่องพิมพ์|แป้นพิมพ์|เครือข่าย|เซิร์ฟเวอร์|กล่องจดหมาย|หน้าจอ|โทรศัพท์|บัญชีผู้ใช้|อัปเดตซอฟต์แวร์|การเชื่อมต่อไร้สาย|สำเนาสำรอง",
        "วันหยุด|เงินเดือน|บำนาญ|ลาป่วย|สัญญาจ้าง|ทำงานล่วงเวลา|ประกันสุขภาพ|ลาคลอด|หลักสูตรอบรม|เงินโบนัส|ค่าเดินทาง|เวลาทำงาน",
    ),
    Language.of(
        "zh",
        "{}怎么申请?|在哪里可以找到{}|{}由谁负责?|问题:{}|{}今年有什么新变化?|我的{}不能用了",
        "密码|打印机|键盘|网络|服务器|邮箱|屏幕|电话|用户账号|软件更新|无线连接|备份副本",
        "假期|工资|养老金|病假|劳动合同|加班|医疗保险|产假|培训课程|奖金|差旅费|工作时间",
    ),
    Language.of(
        "ja",
        "{}はどう申請しますか|{}はどこにありますか|{}の担当者は誰ですか|{}の問題|"
        "{}は今年何が変わりますか|{}が使えません",
        "パスワード|プリンター|キーボード|ネットワーク|サーバー|メールボックス|画面|電話|"
        "ユーザーアカウント|ソフトウェア更新|無線接続|バックアップ",
        "休暇|給与|年金|病気休暇|雇用契約|残業|健康保険|育児休業|研修|賞与|出張費|勤務時間",
    ),
)
