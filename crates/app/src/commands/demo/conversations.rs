//! What the people of the demo said, in many scripts and on several days.

/// One message.
pub(super) struct Line {
    pub(super) minutes_ago: u64,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) text: &'static str,
}

const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;

const fn line(minutes_ago: u64, from: &'static str, to: &'static str, text: &'static str) -> Line {
    Line { minutes_ago, from, to, text }
}

/// Everything that was said.
pub(super) const SAYINGS: &[Line] = &[
    // Ada and José plan a hike.
    line(6 * DAY + 300, "jose", "ada", "¡Hola Ada! ¿Vienes el sábado a la sierra?"),
    line(6 * DAY + 296, "ada", "jose", "Sí, claro. Who else is coming?"),
    line(6 * DAY + 290, "jose", "ada", "Priya, Yuki y el niño 👨🏽‍👩🏽‍👦🏽. Seremos seis con Noa."),
    line(6 * DAY + 287, "ada", "jose", "Great. I'll bring the map and too much coffee ☕️"),
    line(5 * DAY + 200, "jose", "ada", "Llevo la cuerda 🧗🏾‍♀️ y el pan."),
    line(
        2 * DAY + 130,
        "jose",
        "ada",
        "Mira el tiempo: https://weather.example.org/sierra?day=sat&units=metric#hourly",
    ),
    line(2 * DAY + 122, "ada", "jose", "Sun until four, then thunder. Let's start at seven."),
    line(2 * DAY + 121, "jose", "ada", "¿A las siete? 😱"),
    line(2 * DAY + 120, "ada", "jose", "A las siete."),
    line(95, "jose", "ada", "Ya tengo las entradas del refugio 🏔️"),
    line(94, "jose", "ada", "Son 12,50 € por persona."),
    // Ada and Amira talk about a translation.
    line(4 * DAY + 80, "amira", "ada", "صباح الخير يا آدا! هل وصلتك الترجمة؟"),
    line(4 * DAY + 75, "ada", "amira", "صباح النور! Yes, it arrived. Chapter 3 is beautiful."),
    line(4 * DAY + 70, "amira", "ada", "شكرًا جزيلًا 🙏🏽 العنوان الآن «ChatApp: دليل البداية» وفيه 128 صفحة."),
    line(4 * DAY + 66, "ada", "amira", "Does the title read well with the Latin word in front?"),
    line(4 * DAY + 60, "amira", "ada", "نعم، الاتجاه صحيح من اليمين إلى اليسار."),
    line(40, "amira", "ada", "أرسلت لك الفصل الرابع قبل قليل."),
    // Ada and Noa look at a bug.
    line(3 * DAY + 400, "noa", "ada", "היי עדה, יש לי שאלה על הטופס"),
    line(3 * DAY + 398, "ada", "noa", "Ask away."),
    line(
        3 * DAY + 390,
        "noa",
        "ada",
        "הקלדתי את זה בשדה ההודעה:\n<script>alert(\"שלום\")</script>\nוזה פשוט הופיע כטקסט. זה בסדר?",
    ),
    line(3 * DAY + 388, "ada", "noa", "Exactly as it should be: text is only ever text here 🙂"),
    line(3 * DAY + 385, "noa", "ada", "מצוין 👍🏼"),
    // Ada and Li Wei review some code.
    line(2 * DAY + 600, "liwei", "ada", "你好！新版本什么时候发布？"),
    line(2 * DAY + 595, "ada", "liwei", "This week, if the last test is green."),
    line(
        2 * DAY + 590,
        "liwei",
        "ada",
        "太好了。我在这里发现一个小问题：\n\n    if count > 15:\n        return page(2)\n\n应该是 >= 吧？",
    ),
    line(
        2 * DAY + 580,
        "ada",
        "liwei",
        "No: exactly 15 still fit on the first page. But the name is misleading, I'll rename it.",
    ),
    line(2 * DAY + 578, "liwei", "ada", "明白了，谢谢解释！𠮷野家见 🍜"),
    // Ada and Yuki: short ones, and every kind of emoji.
    line(DAY + 700, "yuki", "ada", "写真を送りました📷"),
    line(DAY + 698, "ada", "yuki", "They are lovely! Which camera?"),
    line(DAY + 695, "yuki", "ada", "ひみつです🤫 …うそ、古いフィルムカメラです。"),
    line(DAY + 690, "ada", "yuki", "👩🏻‍🎨👩🏿‍🚀🧑🏽‍💻🏳️‍🌈🇯🇵❤️‍🔥"),
    line(DAY + 688, "yuki", "ada", "😹"),
    // Ada and Eleni, at length.
    line(DAY + 320, "eleni", "ada", "Καλημέρα! Πώς πήγε η παρουσίαση;"),
    line(
        DAY + 310,
        "ada",
        "eleni",
        "Better than I feared. Forty people, one projector that only knew green, and a question about what happens when \
         the server dies in the middle of a message. So I pulled the plug on stage. The message that had been answered \
         with “sent” was there after the restart, the other one was offered again by the browser, and nobody saw it \
         twice. That was the best five minutes of the talk.\n\nThe slides are a mess, but I'll send them to you.",
    ),
    line(DAY + 305, "eleni", "ada", "Μπράβο!! Θέλω να δω το βίντεο 🎬"),
    line(DAY + 304, "eleni", "ada", "Και τις διαφάνειες, φυσικά."),
    // Ada and Priya, today.
    line(200, "priya", "ada", "नमस्ते अदा, कल की बैठक कितने बजे है?"),
    line(198, "ada", "priya", "Ten o'clock, the small room."),
    line(196, "priya", "ada", "ठीक है। मैं चाय लाऊँगी ☕"),
    line(30, "ada", "priya", "Could you bring the adapter too, please?"),
    line(28, "priya", "ada", "हाँ, ज़रूर 👩🏽‍🔧"),
    line(12, "priya", "ada", "क्या हम पहले पाँच मिनट बात कर सकते हैं?"),
    // A note to oneself.
    line(7 * DAY, "ada", "ada", "Milk, stamps, the blue notebook"),
    line(DAY, "ada", "ada", "☑ stamps"),
    // The others among themselves.
    line(5 * DAY, "priya", "yuki", "शनिवार को पहाड़ पर मिलते हैं!"),
    line(5 * DAY - 8, "yuki", "priya", "楽しみにしています！🥾"),
    line(3 * DAY, "liwei", "yuki", "周末愉快！"),
    line(3 * DAY - 5, "yuki", "liwei", "良い週末を！"),
    line(2 * DAY, "noa", "amira", "שלום אמירה, תודה על העזרה אתמול"),
    line(2 * DAY - 20, "amira", "noa", "على الرحب والسعة، في أي وقت 🌿"),
    line(DAY, "eleni", "jose", "José, ¿me pasas la receta de la tortilla?"),
    line(DAY - 15, "jose", "eleni", "Claro: 4 huevos, 3 patatas, 1 cebolla. Y paciencia."),
    line(DAY - 22, "eleni", "jose", "Ευχαριστώ πολύ 🍳"),
    line(300, "jose", "priya", "¿Tienes sitio en el coche?"),
    line(290, "priya", "jose", "Yes, two seats. दो सीटें खाली हैं।"),
    line(55, "jose", "noa", "Noa, salimos a las siete 🌄"),
];
