"""Small templates, one feature each, that make_golden.py renders with jinja2. The variables are
those of a fixed conversation and: n = 7, x = 2.5, s = 'Hello World', words, d, nested, empty."""
NAMES = {"n": 7, "x": 2.5, "s": "Hello World", "words": ["b", "A", "c", "a"], "empty": [],
         "d": {"b": 1, "a": [1, 2], "C": None}, "nested": [{"k": {"v": 1}, "t": "x"}, {"t": "y"}],
         "u": "caf\u00e9 \u65e5\u672c \U0001f642", "blank": " \t\n a b \u00a0",
         "messages": [{"role": "user", "content": "Hi <b> & 'you'"},
                      {"role": "assistant", "content": "<think>hm</think>\n\nYes\n"}]}

PRINTING = """
{{ none }} {{ true }} {{ False }} {{ 1 }} {{ 1_000 }} {{ -3 }} {{ 1.0 }} {{ 2.5e3 }} {{ 1e-7 }}
{{ 0.1 + 0.2 }} {{ 1e22 }} {{ 1e22 * 1e22 }} {{ 1e16 + 0.5 }} {{ 1 / 3 }} {{ 7 / 7 }}
{{ [1, 'a', none, true, 2.0] }} {{ (1,) }} {{ () }} {{ (1, 'b') }} {{ {'a': 1, 2: [x]} }} {{ [] }} {{ {} }}
{{ ["it's", 'say "x"', 'both \\' and "', 'n\\nt\\t\\\\', '\\x00\\x7f'] }}
{{ [u, '\\xa0', '\\u200b', '\\u3000'] }}
{{ 'a' 'b' "c" }} {{ '\\x41\\u00e9\\101\\q' }} {{ "tab\\there" }}
{{ undefined_name }}|{{ d.missing }}|{{ d['missing'] }}|{{ words[9] }}|{{ none.x }}
{{ words }} {{ d }} {{ nested }}
{{ s if n > 3 else 'no' }} {{ 'x' if false }}| {{ 'a' if n < 3 else 'b' if n < 5 else 'c' }}
"""

OPERATORS = """
{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 2 ** 10 }} {{ 2 ** 0 }} {{ -2 ** 2 }}
{{ 1 + 2 * 3 - 4 }} {{ (1 + 2) * 3 }} {{ 'ab' * 3 }} {{ 3 * 'ab' }} {{ [1] * 3 }} {{ 'x' * -1 }}|
{{ 'a' + 'b' }} {{ [1] + [2] }} {{ (1,) + (2,) }} {{ 'a' ~ 1 ~ none ~ 2.5 }} {{ 1 ~ 2 + 3 ~ 4 }}
{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 }} {{ true == 1 }} {{ '1' == 1 }} {{ 'a' < 'b' }}
{{ [1, 2] == [1, 2] }} {{ (1, 2) == [1, 2] }} {{ {'a': 1} == {'a': 1.0} }} {{ [1, 2] < [1, 3] }}
{{ none == none }} {{ undefined_name == other_name }} {{ 1 != 2 }} {{ 2 >= 2 }} {{ 'b' <= 'a' }}
{{ 'ell' in s }} {{ 'z' not in s }} {{ 1 in [1, 2] }} {{ 'a' in d }} {{ 'b' in undefined_name }}
{{ not true }} {{ not n == 7 }} {{ true and 'x' }} {{ '' or 'y' }} {{ 0 or none }} {{ not not 'a' }}
{{ 1 and 2 or 3 }} {{ n is odd and n is not even }} {{ -n|abs }} {{ 10 - 3|abs }} {{ +n }}
{{ 5 is divisibleby 5 }} {{ n is in [1, 7] }} {{ none is none }} {{ undefined_name is undefined }}
{{ s is string }} {{ n is number }} {{ n is integer }} {{ x is float }} {{ true is boolean }}
{{ true is number }} {{ true is integer }} {{ d is mapping }} {{ words is iterable }} {{ s is iterable }}
{{ words is sequence }} {{ s is sequence }} {{ d is sequence }} {{ n is sequence }} {{ none is iterable }}
{{ false is false }} {{ 0 is false }} {{ 1 is eq 1 }} {{ 1 is gt 2 }} {{ n is sameas n }}
{{ range is callable }} {{ d.items is callable }} {{ 'a' is callable }} {{ undefined_name is sequence }}
"""

ACCESS = """
{{ s[0] }} {{ s[-1] }} {{ s[1:3] }} {{ s[:2] }} {{ s[-3:] }} {{ s[::-1] }} {{ s[::2] }} {{ s[5:1] }}|
{{ s[8:2:-2] }} {{ s[-100:100] }} {{ u[::-1] }} {{ u[3] }} {{ words[1:] }} {{ words[::-1] }} {{ words[:-1] }}
{{ s[none:2] }} {{ words[-1] }} {{ words.0 }} {{ nested[0].k.v }} {{ nested[0]['k']['v'] }} {{ nested[1].k is defined }}
{{ d.a[1] }} {{ d.get('b') }} {{ d.get('z') }} {{ d.get('z', 5) }} {{ 'C' in d and d.C is none }}
{{ d.items() | list }} {{ d.keys() | list }} {{ d.values() | list }} {{ d | items | list }} {{ d | list }}
{{ messages[0].role }} {{ messages[-1]['content'] }} {{ (1, 2)[0] }} {{ {'a': {'b': 3}}.a.b }}
{{ words | length }} {{ s | length }} {{ u | length }} {{ d | length }} {{ undefined_name | length }}
{{ range(3) | list }} {{ range(1, 7, 2) | list }} {{ range(5, 0, -2) | list }} {{ range(4)[1] }} {{ range(0) | list }}
{{ range(3) | length }} {{ 2 in range(3) }} {{ dict(a=1, b=2) }} {{ dict({'x': 1}, y=2) }} {{ dict([('p', 1)]) }}
"""

FILTERS = """
{{ s | upper }} {{ s | lower }} {{ u | upper }} {{ 'hELLO wORLD-foo' | title }} {{ 'hELLO w' | capitalize }}
[{{ blank | trim }}] [{{ 'xxaxx' | trim('x') }}] {{ s | replace('l', 'L') }} {{ s | replace('l', 'L', 1) }}
{{ 'abc' | replace('', '-') }} {{ words | join }} {{ words | join(', ') }} {{ [1, none] | join('-') }}
{{ nested | join('|', attribute='t') }} {{ nested | map(attribute='t') | join }} {{ u | join('.') }}
{{ words | sort }} {{ words | sort(reverse=true) }} {{ words | sort(case_sensitive=true) }} {{ d | dictsort }}
{{ d | dictsort(true) }} {{ nested | sort(attribute='t', reverse=true) | map(attribute='t') | list }}
{{ words | first }} {{ words | last }} {{ s | first }} {{ s | last }} {{ empty | first }}| {{ empty | last is defined }}
{{ words | reverse | list }} {{ s | reverse }} {{ words | unique | list }} {{ [1, 1, 2] | unique | list }}
{{ words | min }} {{ words | max }} {{ [3, 1] | min }} {{ [1, 2] | sum }} {{ [1, 2] | sum(start=10) }}
{{ undefined_name | default('x') }} {{ '' | default('x') }} {{ '' | default('x', true) }} {{ none | d('x') }} {{ undefined_name | d }}|
{{ '42' | int }} {{ ' -7 ' | int }} {{ 'x' | int }} {{ 'x' | int(5) }} {{ 3.9 | int }} {{ -3.9 | int }} {{ true | int }}
{{ '3' | float }} {{ n | float }} {{ 2.5 | round }} {{ 3.5 | round }} {{ -0.5 | round }} {{ 7 | round }} {{ x | round | int }}
{{ n | string + '!' }} {{ [1] | string }} {{ none | string }} {{ words | map('upper') | list }}
{{ words | select('equalto', 'a') | list }} {{ words | reject('in', ['a', 'b']) | list }} {{ [0, 1] | select | list }}
{{ messages | selectattr('role', 'equalto', 'user') | list | length }} {{ nested | selectattr('k') | list }}
{{ nested | rejectattr('k', 'defined') | list }} {{ none | selectattr('a') | list }} {{ none | map('upper') | list }}
{{ nested | map(attribute='k', default=0) | list }} {{ nested | map(attribute='k.v', default='z') | list }}
{{ words | batch(3) | list }} {{ words | batch(3, '-') | list }} {{ '<a>' | safe }} {{ 'x' + ('<b>' | safe) }} {{ '<' ~ ('<b>' | safe) }}
{{ 'a\\nb\\n\\nc' | indent }}| {{ 'a\\nb' | indent(2, true) }}| {{ 'a\\n\\nb' | indent('> ', blank=true) }}|
{{ d | tojson }} {{ nested | tojson(indent=2) }} {{ u | tojson }} {{ u | tojson(ensure_ascii=true) }}
{{ 'a"\\\\b\\n\\t\\x01\\x7f/' | tojson }} {{ [1.0, 1e-7, true, none, []] | tojson }} {{ {} | tojson(indent=4) }}
{{ {'b': 1, 'a': 2} | tojson(sort_keys=true) }} {{ {1: 2, none: 3} | tojson }} {{ [1, 2] | tojson(separators=(',', ':')) }}
{% filter upper %}a{{ s }}{% endfilter %}
"""

METHODS = """
[{{ blank.strip() }}] [{{ blank.lstrip() }}] [{{ blank.rstrip() }}] [{{ 'xyax'.strip('xy') }}] [{{ 'aXb'.strip('ab') }}]
{{ s.split() }} {{ 'a,b,,c'.split(',') }} {{ 'a,b,c'.split(',', 1) }} {{ ' a  b '.split() }} {{ ''.split() }} {{ ''.split(',') }}
{{ ' a b  c '.split(none, 1) }} {{ 'a,b,c'.rsplit(',', 1) }} {{ 'a,b'.rsplit(',') }} {{ 'x</think>y'.split('</think>')[-1] }}
{{ 'a\\nb\\r\\nc\\x0bd'.splitlines() }} {{ ''.splitlines() }} {{ 'a=b=c'.partition('=') }} {{ 'a=b=c'.rpartition('=') }} {{ 'ab'.partition('=') }}
{{ s.startswith('He') }} {{ s.endswith(('x', 'ld')) }} {{ s.startswith('') }} {{ s.upper() }} {{ s.lower() }} {{ 'aB c'.title() }} {{ "they're x1y".title() }}
{{ 'hELLO'.capitalize() }} {{ s.replace('o', '0') }} {{ s.replace('o', '0', 1) }} {{ ', '.join(words) }} {{ s.count('l') }} {{ s.count('') }}
{{ s.find('o') }} {{ s.rfind('o') }} {{ s.find('z') }} {{ u.find('\\u65e5') }} {{ s.index('W') }} {{ 'abc'.removeprefix('a') }} {{ 'abc'.removesuffix('bc') }}
{{ '12'.isdigit() }} {{ ''.isdigit() }} {{ 'a1'.isdigit() }} {{ ' \\n'.isspace() }} {{ 'AB1'.isupper() }} {{ 'ab'.islower() }} {{ '1'.islower() }}
{{ '{} and {}'.format(1, 'b') }} {{ '{1}{0}'.format('a', 'b') }} {{ '{x}{{}}'.format(x=3) }} {{ words.count('a') }} {{ words.index('c') }}
{{ '\\u00df\\ufb01\\u01c6'.upper() }} {{ '\\u0130\\u03a3 \\u039f\\u0394\\u039f\\u03a3'.lower() }}
"""

STATEMENTS = [
    "{% for w in words %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}"
    "{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.previtem }}{{ loop.nextitem }};{% endfor %}",
    "{% for w in words if w != 'A' %}{{ loop.index }}/{{ loop.length }}{{ w }}{{ loop.last }} {% endfor %}",
    "{% for w in [] %}x{% else %}none{% endfor %}{% for w in [1] if w > 1 %}x{% else %}none{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for k in d %}{{ k }}{% endfor %}",
    "{% for k, v in d | items %}{{ k }}={{ v }};{% endfor %}{% for (a, (b, c)) in [(1, (2, 3))] %}{{ a + b + c }}{% endfor %}",
    "{% for i in range(6) %}{% if i == 1 %}{% continue %}{% elif i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% for i in [1, 2] %}{% for j in 'ab' %}{{ i }}{{ j }}{{ loop.index }}{% endfor %}{{ loop.index }}{% endfor %}",
    "{% for i in [1, 2, 2] %}{{ loop.cycle('a', 'b') }}{{ loop.changed(i) }} {% endfor %}",
    "{% set a = 1 %}{% for i in [1, 2] %}{{ a }}{% set a = a + i %}{{ a }};{% endfor %}{{ a }}",
    "{% set ns = namespace(a=1, b='x') %}{% for i in [1, 2] %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{{ ns.b }}{{ ns.c }}|",
    "{% set ns = namespace() %}{% set ns.x = [1] %}{% set ns.x = ns.x + [2] %}{{ ns.x }}{{ ns.y is defined }}",
    "{% set ns = namespace(on=true) %}{% for i in [1, 2, 3] if ns.on %}{{ i }}{% set ns.on = i < 2 %}{% endfor %}",
    "{% if false %}{% set v = 1 %}{% endif %}{{ v }}|{% if true %}{% set v = 2 %}{% endif %}{{ v }}",
    "{% set a, b = 1, 'two' %}{{ b }}{{ a }}{% set t = 1, 2 %}{{ t }}{% set (c, e) = [3, 4] %}{{ c + e }}",
    "{% set cap %} x {{ n }}\n{% endset %}[{{ cap }}]{{ cap | length }}{% set up | upper | trim %} a {% endset %}[{{ up }}]",
    "{% macro m(a, b='d', c=a) %}{{ a }}-{{ b }}-{{ c }};{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(b=3, a=4) }}{{ m() }}{{ m(1, c=9) | upper }}",
    "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}",
    "{% set g = 1 %}{% macro m() %}{{ g }}{% set g = 5 %}{{ g }}{% endmacro %}{{ m() }}{% set g = 2 %}{{ m() }}{{ g }}",
    "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}",
    "{% macro box(t) %}<{{ t }}>{{ caller() }}</{{ t }}>{% endmacro %}{% call box('b') %}in{{ n }}{% endcall %}",
    "{% macro each(l) %}{% for i in l %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(v) each([1, 2]) %}[{{ v }}]{% endcall %}",
    "{% with a = 1, b = 2 %}{{ a + b }}{% set a = 9 %}{% endwith %}{{ a }}|{% with %}x{% endwith %}",
    "{% generation %}{% set q = 1 %}{{ q }}{% endgeneration %}{{ q }}|",
    "{% raw %}{{ x }}{% if %}{% endraw %}{%- raw -%}  a {{ '{' }} {%- endraw -%}  b",
    "{# comment #}a{#- c -#}  b  {#- c #} c\n  {# line #}\nd",
    "{% if n is defined and n is not none and n == 7 %}y{% endif %}{% if not (n == 7) %}n{% elif n %}e{% else %}x{% endif %}",
    "{{ '%}' }}{{ '}}' }}{{ {'a': {'b': 1}}['a'] }}{{ {'a': {'b': 1}} }}",
    "a\n{% if true %}\n  b\n  {% endif %}\nc\n", "  {% if true %} x {% endif %}  \n  y", "\n\n{{ 1 }}\n\n",
    "a\n  {%- if true -%}\n  b\n  {%- endif +%}\nc", "a\n  {%+ if true %}\n  b\n  {% endif %}\nc", "a\r\nb\rc\r\n",
    "  {{- 1 -}}  a {{ 2 }}\n{{ 3 }}  \n", "{% for i in [1,2] %}\n  {{ i }}\n{% endfor %}\n\n", "x  {{- '' }}\n\n  {%- set a = 1 %}\n b",
    "{% for m in messages %}{{ m.role }}: {{ m['content'] | trim }}\n{% endfor %}",
    "{% for m in messages[::-1] %}{{ (messages | length - 1) - loop.index0 }}{{ m.role }} {% endfor %}",
    "{{ messages[1].content.split('</think>')[-1].lstrip('\\n') }}{{ messages[1].content.split('<think>')[1].split('</think>')[0] }}",
    "{{ strftime_now('%d %b %Y %B %A %a %j %y %H:%M:%S %I %p %-d %%') }}", "{{ loop }}|{{ self_made | default(none) is none }}",
    "{% set it = words | map('upper') %}{{ it | list }}{{ it | list }}{{ true if it else false }}",
    "{{ words | tojson | safe }}{{ (words | length) + 1 }}{{ words[0] ~ words[1] }}", "{{ 1 if messages else 2 }}{{ 1 if empty else 2 }}",
    "{% set l = [] %}{% for i in [1, 2] %}{% set l = l + [i] %}{% endfor %}{{ l }}", 
    # Errors in both.
    "{{ undefined_name.x }}", "{{ undefined_name() }}", "{{ undefined_name + 'a' }}", "{{ 'a' + 1 }}", "{{ 1 / 0 }}", "{{ n() }}",
    "{{ words.append(1) }}", "{{ d.update({}) }}", "{{ s | nofilter }}", "{{ s is notest }}", "{{ s.nomethod() }}", "{{ 1 in 'a' }}",
    "{{ raise_exception('no: ' + s) }}", "{% break %}", "{% if %}", "{% for x %}{% endfor %}", "{{ 1 + }}", "{{ (1 }}", "{{ 'a }}", "{% endif %}",
    "{% if true %}", "{% foo %}", "{{ [1] < 2 }}", "{{ {[1]: 2} }}", "{% set a, b = [1] %}", "{% set n.x = 1 %}", "{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}",
    "{{ words | join(1, 2, 3) }}", "{{ none | length }}", "{{ range(200000) }}", "{{ s.split('') }}", "{{ undefined_name | tojson }}", "{{ 'a'.join([1]) }}",
    "{{ words | last | first | nope }}", "{{ dict(1) }}", "{{ s[0:1:0] }}", "{{ 1 is string is string }}", "{{ m(a=1, a=2) }}", "{{ 08 }}",
]


def lines(block):
    return [line for line in block.strip().split("\n") if line]


ALL = [line for block in (PRINTING, OPERATORS, ACCESS, FILTERS, METHODS) for line in lines(block)]
ALL += STATEMENTS
