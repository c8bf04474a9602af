/** What a page must show as text and nothing else. */
export const hostileTexts: readonly string[] = [
  "</script><script>window.__broken = 1</script>",
  '<img src=x onerror="window.__broken = 1">',
  "\u202Egpj.exe\u202C is not a picture",
  "\u001B[31mred\u001B[0m \u001B]8;;https://example.test\u0007a link\u001B]8;;\u0007 \u001B[2J\u001B[H\u0000null\u0007bell",
  '\'; DROP TABLE cameras; -- $(touch /tmp/x) `id` !! "quoted" \\ end',
  "<!-- <script> --> ]]> {{constructor.constructor('window.__broken=1')()}} javascript:alert(1)",
  "one\ntwo\r\nthree\u2028four\tfive",
  "\uD800 half a pair, \u200B\uFEFFnothing to see, ﷽ 𒐫 نص عربي עברית",
  `${"very ".repeat(80)}long name`,
];
