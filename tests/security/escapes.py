"""Three hundred ways out of an expression: those that were published against n8n, Grist, simpleeval, asteval, Jinja and others, and their kin."""

NAMES = (
    "__class__", "__bases__", "__subclasses__()", "__globals__", "__init__", "__mro__", "__dict__", "__builtins__", "__code__", "gi_frame",
    "f_locals", "constructor", "prototype", "__proto__", "valueOf", "toString", "caller", "mro()", "func_globals", "__getattribute__",
)  # fmt: skip
AROUND = (
    "{Qty}.{name}", "{Qty}['{name}']", "({Qty}).{name}", "''.{name}", "\"\".{name}", "[].{name}", "{{{name}}}", "${{{name}}}", "#{{{name}}}",
    "{name}", "{name}()", "{Qty}|attr('{name}')",
)  # fmt: skip
OTHERS = (
    "__import__('os').system('id')", "open('/etc/passwd').read()", "eval('1')", "exec('1')", "compile('1','','eval')", "globals()", "locals()",
    "vars()", "dir()", "getattr({Qty}, 'x')", "setattr({Qty}, 'x', 1)", "type({Qty})", "object()", "super()", "breakpoint()", "input()",
    "process.mainModule.require('child_process')", "require('fs')", "global.process", "this.constructor", "new Function('return 1')()",
    "Reflect.get({}, 'x')", "import('fs')", "Symbol.iterator", "Error().stack", "(() => 1)()", "function(){return 1}()", "async () => 1",
    "`${7*7}`", "${7*7}", "#{7*7}", "{{7*7}}", "{%print(1)%}", "<%= 7*7 %>", "${{7*7}}", "{{config}}", "{{self}}", "{{request}}",
    "{{lipsum.__globals__}}", "{{cycler.__init__}}", "$input.all()", "$json.x", "$('x').first()", "$env.HOME", "$node['x']",
    "lambda x: x", "[x for x in ().__class__]", "{x: 1 for x in []}", "(yield)", "await x", "not_a_function(1)", "x := 1", "*args", "**kw",
    "'%s' % 1", "'%99999999s' % 'a'", "'{0.__class__}'.format(1)", "f'{1}'", "b'x'", "r'x'", "u'x'", "1 if 1 else 2", "1; 2", "1\n2", "a = 1",
    "drop table x", "1; drop table x", "' or 1=1 --", "union select 1", "pg_sleep(10)", "pg_read_file('x')", "current_setting('x')", "version()",
    "lo_import('x')", "dblink('x')", "set_config('a','b',true)", "nextval('x')", "{Qty}::text", "{Qty}::regclass", "cast(1 as text)",
    "$1", "?", ":x", "@x", "~x", "!x", "1 << 9", "1 ** 9", "1 // 2", "1 @ 2", "{Qty}..{Qty}", "{Qty}?.x", "{Qty}!!", "{Qty}->x", "{Qty}->>x",
)  # fmt: skip
ESCAPES: tuple[str, ...] = (
    *(around.replace("{name}", name) for around in AROUND for name in NAMES),
    *OTHERS,
)
