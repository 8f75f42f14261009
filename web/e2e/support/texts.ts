/** What people write, and what they write to see what happens. */
export const awkward: Record<string, string[]> = {
  'Latin, Greek and Cyrillic': [
    'Příliš žluťoučký kůň – naïve “café” ½ €',
    // Composed and decomposed stay what they are.
    'caf\u00e9 cafe\u0301',
    'Ελένη, έλα εδώ. Съешь ещё этих мягких булок.',
  ],
  'text from right to left': [
    'اَلسَّلامُ عَلَيْكُمْ، كيف حالك؟ ١٢٣',
    'می\u200cخواهم بدانم',
    'שָׁלוֹם עוֹלָם, מה שלומך?',
    'Der Titel «ChatApp: دليل البداية» hat 128 صفحة.',
    'an override \u202Efdp.exe\u202C ends here',
  ],
  'text in the scripts of Asia': [
    '你好，世界！𠮷野家',
    '写真を送りました。ﾊﾝｶｸ',
    '한국어 \u1112\u1161\u11ab',
    'नमस्ते, कल की बैठक कितने बजे है?',
    'ภาษาไทยไม่มีช่องว่าง',
  ],
  emoji: ['👍🏽', '👨‍👩‍👧‍👦👩🏿‍🚀🧑🏽‍💻', '🇪🇺🇧🇷🏴󠁧󠁢󠁳󠁣󠁴󠁿🏳️‍🌈', 'at the end ❤️‍🔥', '☺︎ ☺️'],
  'white space': ['a  b   c', 'one\n\n\nfour', 'x\ty', 'if so:\n    indented'],
  markup: [
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(2)>',
    '"><svg onload=alert(3)>',
    '</p></article><iframe srcdoc="<script>alert(4)</script>"></iframe>',
    '<b>bold</b> &lt;b&gt; &amp; &#60;',
    '<form action=/logout/ method=post><input type=submit>',
  ],
  'what looks like code': [
    'javascript:alert(5)',
    '[here](javascript:alert(6)) <a href="javascript:alert(7)">there</a>',
    'data:text/html,<script>alert(8)</script> vbscript:msgbox(9)',
    '{{constructor.constructor("alert(10)")()}} ${alert(11)}',
    "Robert'); DROP TABLE messages; --",
    '%3Cscript%3E %00 \\u0000 \\n $& \\',
  ],
};

/** Exactly 4,000 characters, of one to four bytes each. */
export const longest =
  Array.from('Grüße, 你好 😀 שלום! '.repeat(250)).slice(0, 3_999).join('') + '.';
