import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandTemplate, type TemplateData } from './expand-template.ts';
import { checkTemplate } from './parse-template.ts';

const data: TemplateData = {
  labels: { instance: 'a.example.org:80', job: 'api', pool: 'research/reader' },
  value: 1234.5678,
  externalLabels: { cluster: 'eu' },
  externalUrl: 'http://jaegis.local/base',
  now: 1_430_222_400_000,
  query: async (expr) =>
    expr === 'fails'
      ? { ok: false, error: 'no such thing' }
      : {
          ok: true,
          samples:
            expr === 'none'
              ? []
              : [
                  { labels: { __name__: 'up', instance: 'b' }, value: 2 },
                  { labels: { __name__: 'up', instance: 'a' }, value: 1 },
                ],
        },
};

async function expand(source: string): Promise<string> {
  const result = await expandTemplate(source, data);
  return result.ok ? result.text : `ERROR ${result.error}`;
}

test.each([
  ['plain }} text', 'plain }} text'],
  ['{{ $labels.instance }} of {{ .Labels.job }} is {{ $value }}', 'a.example.org:80 of api is 1234.5678'],
  ['{{ $labels.nothing }}|{{ $externalLabels.cluster }}|{{ $externalURL }}', '|eu|http://jaegis.local/base'],
  ['{{ with query "up" }}{{ . | first | value }}{{ end }}', '2'],
  ['{{ with query "none" }}some{{ else }}nothing{{ end }}', 'nothing'],
  ['{{ query "up" | first | label "instance" }}', 'b'],
  ['{{ range query "up" | sortByLabel "instance" }}{{ .Labels.instance }}={{ .Value }};{{ end }}', 'a=1;b=2;'],
  ['{{ range $i, $s := query "up" }}{{ $i }}:{{ $s.Labels.instance }} {{ end }}', '0:b 1:a '],
  ['{{ range query "none" }}x{{ else }}empty{{ end }}', 'empty'],
  ['{{ range query "up" }}{{ .Value }}{{ break }}{{ end }}', '2'],
  ['{{ if gt $value 1000.0 }}much{{ else if gt $value 10.0 }}some{{ else }}little{{ end }}', 'much'],
  ['{{ if and (eq $labels.job "api") (not (eq $labels.pool "x")) }}yes{{ end }}', 'yes'],
  ['{{ $x := "a" }}{{ if true }}{{ $x = "b" }}{{ end }}{{ $x }}', 'b'],
  ['{{- /* a remark */ -}}  a {{- " b " -}} c', 'a b c'],
  ['{{ define "t" }}<{{ . }}>{{ end }}{{ template "t" $labels.job }}{{ template "t" 3 }}', '<api><3>'],
  ['{{ define "t" }}{{ .arg0 }}-{{ .arg1 }}{{ end }}{{ template "t" (args 1 "b") }}', '1-b'],
  ['{{ `raw "x"` }} {{ "tab\\tquote\\"" }} {{ \'a\' }}', 'raw "x" tab\tquote" 97'],
  [
    '{{ printf "%.2f|%5d|%-4s|%05.1f|%q|%v|%t|%x" $value 7 "ab" 2.5 "q" 1.5 true 255 }}',
    '1234.57|    7|ab  |002.5|"q"|1.5|true|ff',
  ],
  ['{{ printf "%d %s" $value }}', '%!d(float64=1234.5678) %!s(MISSING)'],
  ['{{ print 1 2 "a" 3 }}|{{ println "a" 1.5 }}', '1 2a3|a 1.5\n'],
  ['{{ 1000000.0 }} {{ 123456.0 }} {{ 0.00001 }} {{ 1e21 }}', '1e+06 123456 1e-05 1e+21'],
  ['{{ humanize 0.0 }} {{ humanize 1234567.0 }} {{ humanize .12 }} {{ humanize "1048576" }}', '0 1.235M 120m 1.049M'],
  ['{{ humanize1024 0.0 }} {{ humanize1024 1048576.0 }} {{ humanize1024 .12 }}', '0 1Mi 0.12'],
  ['{{ range args 0 1 60 3600 86400 -93784 }}{{ end }}{{ humanizeDuration 3600 }}', '1h 0m 0s'],
  [
    '{{ humanizeDuration 0 }} {{ humanizeDuration 899.99 }} {{ humanizeDuration 100000 }} {{ humanizeDuration .1 }} {{ humanizeDuration 1.5 }}',
    '0s 14m 59s 1d 3h 46m 40s 100ms 1.5s',
  ],
  ['{{ -93784 | humanizeDuration }}', '-1d 2h 3m 4s'],
  ['{{ humanizePercentage -0.22222 }} {{ humanizePercentage 1.234567 }}', '-22.22% 123.5%'],
  ['{{ 1435065584.128 | humanizeTimestamp }}', '2015-06-23 13:19:44.128 +0000 UTC'],
  ['{{ "some text" | title }} {{ "a" | toUpper }} {{ toLower "B" }}', 'Some Text A b'],
  ['{{ match "re..er$" $labels.pool }} {{ match "^er" $labels.pool }}', 'true false'],
  ['{{ reReplaceAll "(.*)/(?P<short>.*)" "$short of $1" $labels.pool }}', 'reader of research'],
  [
    '{{ stripPort $labels.instance }} {{ stripDomain $labels.instance }} {{ stripDomain "10.1.2.3:9" }}',
    'a.example.org a:80 10.1.2.3:9',
  ],
  [
    '{{ graphLink "up{a=\\"b\\"}" }} {{ pathPrefix }} {{ externalURL }}',
    '/graph?g0.expr=up%7Ba%3D%22b%22%7D&g0.tab=0 /base http://jaegis.local/base',
  ],
  [
    '{{ parseDuration "1h2m10ms" }} {{ now }} {{ len "abc" }} {{ index (query "up") 1 | value }}',
    '3720.01 1.4302224e+09 3 1',
  ],
  ['{{ (query "up" | first).Labels.instance }}', 'b'],
  ['{{ $labels }}', 'map[instance:a.example.org:80 job:api pool:research/reader]'],
  ['{{ toTime $value }} {{ toDuration $value }}', '1970-01-01 00:20:34.568 +0000 UTC 20m34.5678s'],
])('%s', async (source, wanted) => {
  expect(await expand(source)).toBe(wanted);
});

test.each([
  ['{{ query "none" | first }}', 'first() called on vector with no elements'],
  ['{{ query "fails" }}', 'error calling query: no such thing'],
  ['{{ eq 1 1.0 }}', 'incompatible types'],
  ['{{ humanize "x" }}', 'invalid syntax'],
  ['{{ .Nothing }}', "can't evaluate field Nothing"],
  ['{{ define "t" }}{{ template "t" }}{{ end }}{{ template "t" }}', 'maximum template depth'],
  ['{{ range 99999 }}{{ range 99999 }}{{ end }}x{{ end }}', 'steps'],
])('%s fails', async (source, wanted) => {
  expect(await expand(source)).toContain(wanted);
  expect(await expand(source)).toMatch(/^ERROR /);
});

test.each([
  ['{{ nosuch 1 }}', 'function "nosuch" not defined'],
  ['{{ $x }}', 'undefined variable "$x"'],
  ['{{ if }}x{{ end }}', 'missing value for if'],
  ['{{ if true }}x', '{{if}} without {{end}}'],
  ['{{ end }}', 'unexpected {{end}}'],
  ['{{ "open }}', 'unterminated quoted string'],
  ['{{ open', 'unclosed action'],
  ['{{ template "no" }}', 'template "no" not defined'],
  ['{{ break }}', '{{break}} outside {{range}}'],
  ['{{ 1 | 2 }}', 'non executable command'],
])('%s cannot be read', (source, wanted) => {
  expect(checkTemplate(source)).toContain(wanted);
});

test('whatever a template says, it ends with a text or an error', async () => {
  const bits = fc.constantFrom(
    ...[
      '{{',
      '}}',
      '{{-',
      '-}}',
      ' ',
      '.',
      '$',
      '$x',
      ':=',
      '=',
      '|',
      '(',
      ')',
      '"',
      '`',
      'if',
      'range',
      'with',
      'end',
    ],
    ...[
      'else',
      'define',
      'template',
      'query "up"',
      'first',
      'value',
      'printf',
      '"%d"',
      '1',
      '2.5',
      '$labels',
      '.Labels',
      'x',
    ],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(bits, { maxLength: 20 }), async (parts) => {
      const source = parts.join(' ');
      const wrong = checkTemplate(source);
      const result = await expandTemplate(source, data);
      expect(typeof (result.ok ? result.text : result.error)).toBe('string');
      // What cannot be read can never be carried out.
      if (wrong !== undefined) expect(result.ok).toBe(false);
    }),
    { numRuns: 1_000 },
  );
});
