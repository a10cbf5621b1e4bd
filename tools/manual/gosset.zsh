#compdef gosset
# Made by tools/manual/make.py from the command's help.
_gosset() {
    local -a verbs=(
        'quantize:a GGUF or safetensors model into a .gosset file'
        'export:the weights of a model back to safetensors'
        'run:continue a text'
        'chat:talk in the terminal'
        'tokenize:text to token ids and back'
        'eval:perplexity, and divergence from a base model'
        'bench:tokens/s and share of the read bandwidth'
        'codecs:the codecs of this build, their rate and distortion'
        'synth:a random model, for speed and golden hashes'
        'inspect:what a model file holds'
        'verify:prove that no bit of a model file is damaged'
        'cpu:what this CPU is and which kernels it gets'
    )
    if ((CURRENT == 2)); then
        _describe verb verbs
        return
    fi
    local verb=$words[2]
    shift words
    ((CURRENT--))
    case $verb in
        quantize)
            _arguments \
                '(-h --help)-h[Print this help message and exit]' \
                '(-h --help)--help[Print this help message and exit]' \
                '-o[The .gosset file to write; replaced when all is done]:text:_files' \
                '--codec[Codec of the weights (gosset codecs) (default\: e8c4)]:text:_files' \
                '--embed-codec[Codec of the embedding]:text:_files' \
                '--head-codec[Codec of the output head]:text:_files' \
                '--value-codec[Codec of the attention'\''s values (default\: q8 where they are few)]:text:_files' \
                '--rotate[auto\: what the codec wants rotated; none (default\: auto)]:text:(auto none)' \
                '--calib[A text to calibrate with\: the errors of the weights are then arranged so that they matter least on it (LDLQ). Any prose does; a minute for a small model]:text:_files' \
                '--refine[Times that each block of weights is encoded again, given the errors of all others; with --calib (default\: 2)]:uint:' \
                '--calib-tokens[Tokens read of it (default\: 16384)]:uint:' \
                '--gradient-tokens[Tokens of it whose gradients tell which output errors matter; 0\: none (default\: 16384)]:uint:' \
                '--resume[Keep what is done when the work is interrupted, in OUT.partial, and go on from there when the same command is given again]' \
                '-t[Threads\: a number or auto (default\: auto)]:text:_files' \
                '--json[Print the report as one JSON object]' \
                '*:file:_files' ;;
        export)
            _arguments \
                '(-h --help)-h[Print this help message and exit]' \
                '(-h --help)--help[Print this help message and exit]' \
                '-m[The .gosset file]:text:_files' \
                '-o[The .safetensors file to write; replaced when all is done]:text:_files' \
                '--dtype[(default\: f32)]:text:(f32 bf16)' \
                '*:file:_files' ;;
        run)
            _arguments \
                '(-h --help)-h[Print this help message and exit]' \
                '(-h --help)--help[Print this help message and exit]' \
                '(-m --model)-m[The .gosset file]:text:_files' \
                '(-m --model)--model[The .gosset file]:text:_files' \
                '(-t --threads)-t[Threads, or auto\: the fastest, by measurement (default\: auto)]:text:_files' \
                '(-t --threads)--threads[Threads, or auto\: the fastest, by measurement (default\: auto)]:text:_files' \
                '(-c --context)-c[Positions (default\: min(model, 4096))]:uint:' \
                '(-c --context)--context[Positions (default\: min(model, 4096))]:uint:' \
                '--kv[Type of the KV cache\: f16 or f32 (default\: f16)]:text:(f16 f32)' \
                '(--exact --no-exact)--exact[The same bits on every machine; if not, prompts in bfloat16 on AMX (default\: false)]' \
                '(--exact --no-exact)--no-exact[The same bits on every machine; if not, prompts in bfloat16 on AMX (default\: false)]' \
                '--huge[Copy the weights into 2 MiB pages instead of mapping]' \
                '(-n --new)-n[Most new tokens (default\: 128)]:uint:' \
                '(-n --new)--new[Most new tokens (default\: 128)]:uint:' \
                '--ids[Print the ids of the new tokens instead of text]' \
                '--temp[Temperature; 0 is greedy (default\: 0.8)]:float:' \
                '--top-k[Keep the k most likely tokens; 0\: all (default\: 40)]:uint:' \
                '--top-p[Keep the most likely tokens of this mass; 1\: all (default\: 0.95)]:float:' \
                '--min-p[Drop tokens below this share of the likeliest; 0\: none (default\: 0.05)]:float:' \
                '--repeat-penalty[Penalty of recent tokens; 1\: none (default\: 1)]:float:' \
                '(-s --seed)-s[Seed of the sampler (default\: 0)]:uint:' \
                '(-s --seed)--seed[Seed of the sampler (default\: 0)]:uint:' \
                '--greedy[Always the likeliest token]' \
                '(-p --prompt)-p[The prompt]:text:_files' \
                '(-p --prompt)--prompt[The prompt]:text:_files' \
                '(-f --file)-f[A file with the prompt, or - for stdin]:text:_files' \
                '(-f --file)--file[A file with the prompt, or - for stdin]:text:_files' \
                '--prompt-ids[Token ids instead, such as "1 2 3"]:text:_files' \
                '*:file:_files' ;;
        chat)
            _arguments \
                '(-h --help)-h[Print this help message and exit]' \
                '(-h --help)--help[Print this help message and exit]' \
                '(-m --model)-m[The .gosset file]:text:_files' \
                '(-m --model)--model[The .gosset file]:text:_files' \
                '(-t --threads)-t[Threads, or auto\: the fastest, by measurement (default\: auto)]:text:_files' \
                '(-t --threads)--threads[Threads, or auto\: the fastest, by measurement (default\: auto)]:text:_files' \
                '(-c --context)-c[Positions (default\: min(model, 4096))]:uint:' \
                '(-c --context)--context[Positions (default\: min(model, 4096))]:uint:' \
                '--kv[Type of the KV cache\: f16 or f32 (default\: f16)]:text:(f16 f32)' \
                '(--exact --no-exact)--exact[The same bits on every machine; if not, prompts in bfloat16 on AMX (default\: false)]' \
                '(--exact --no-exact)--no-exact[The same bits on every machine; if not, prompts in bfloat16 on AMX (default\: false)]' \
                '--huge[Copy the weights into 2 MiB pages instead of mapping]' \
                '(-p --prompt)-p[A first question]:text:_files' \
                '(-p --prompt)--prompt[A first question]:text:_files' \
                '--system[The system message]:text:_files' \
                '(-n --new)-n[Most tokens of an answer; 0\: what the context holds (default\: 0)]:uint:' \
                '(-n --new)--new[Most tokens of an answer; 0\: what the context holds (default\: 0)]:uint:' \
                '--once[Leave after the answer to -p]' \
                '--chat-template[A Jinja file instead of the model'\''s template, or one of chatml, llama3, gemma, zephyr]:text:_files' \
                '--temp[Temperature; 0 is greedy (default\: 0.8)]:float:' \
                '--top-k[Keep the k most likely tokens; 0\: all (default\: 40)]:uint:' \
                '--top-p[Keep the most likely tokens of this mass; 1\: all (default\: 0.95)]:float:' \
                '--min-p[Drop tokens below this share of the likeliest; 0\: none (default\: 0.05)]:float:' \
                '--repeat-penalty[Penalty of recent tokens; 1\: none (default\: 1)]:float:' \
                '(-s --seed)-s[Seed of the sampler (default\: 0)]:uint:' \
                '(-s --seed)--seed[Seed of the sampler (default\: 0)]:uint:' \
                '--greedy[Always the likeliest token]' \
                '*:file:_files' ;;
        tokenize)
            _arguments \
                '(-h --help)-h[Print this help message and exit]' \
                '(-h --help)--help[Print this help message and exit]' \
                '(-m --model)-m[A .gosset, .gguf or tokenizer.json file, or an HF directory]:text:_files' \
                '(-m --model)--model[A .gosset, .gguf or tokenizer.json file, or an HF directory]:text:_files' \
                '(-p --prompt)-p[Print the ids of this text]:text:_files' \
                '(-p --prompt)--prompt[Print the ids of this text]:text:_files' \
                '--jsonl[Read a JSON string a line, print {"ids","text"} a line]' \
                '--chat[With --jsonl\: a list of {"role","content"} a line, rendered]' \
                '--chat-template[With --chat\: a Jinja file instead of the model'\''s template, or one of chatml, llama3, gemma, zephyr]:text:_files' \
                '--add-special[Add BOS and EOS as the model wants them]' \
                '--no-parse-special[Control tokens that the text spells stay text]' \
                '--json[With -p\: print {"ids","text"}]' \
                '*:file:_files' ;;
        eval)
            _arguments \
                '(-h --help)-h[Print this help message and exit]' \
                '(-h --help)--help[Print this help message and exit]' \
                '(-m --model)-m[The .gosset file]:text:_files' \
                '(-m --model)--model[The .gosset file]:text:_files' \
                '(-t --threads)-t[Threads, or auto\: the fastest, by measurement (default\: auto)]:text:_files' \
                '(-t --threads)--threads[Threads, or auto\: the fastest, by measurement (default\: auto)]:text:_files' \
                '(-c --context)-c[Positions (default\: min(model, 4096))]:uint:' \
                '(-c --context)--context[Positions (default\: min(model, 4096))]:uint:' \
                '--kv[Type of the KV cache\: f16 or f32 (default\: f16)]:text:(f16 f32)' \
                '(--exact --no-exact)--exact[The same bits on every machine; if not, prompts in bfloat16 on AMX (default\: true)]' \
                '(--exact --no-exact)--no-exact[The same bits on every machine; if not, prompts in bfloat16 on AMX (default\: true)]' \
                '--huge[Copy the weights into 2 MiB pages instead of mapping]' \
                '(-f --file)-f[The text, or - for stdin]:text:_files' \
                '(-f --file)--file[The text, or - for stdin]:text:_files' \
                '--windows[Only the first so many windows of -c tokens (512)]:uint:' \
                '--base[A .gosset file to measure the divergence from]:text:_files' \
                '--logits[The base'\''s logits, as saved by --save-logits]:text:_files' \
                '--save-logits[Write the scored logits to this file]:text:_files' \
                '--json[One JSON object on stdout]' \
                '*:file:_files' ;;
        bench)
            _arguments \
                '(-h --help)-h[Print this help message and exit]' \
                '(-h --help)--help[Print this help message and exit]' \
                '(-m --model)-m[The .gosset file]:text:_files' \
                '(-m --model)--model[The .gosset file]:text:_files' \
                '--kv[Type of the KV cache\: f16 or f32 (default\: f16)]:text:(f16 f32)' \
                '(--exact --no-exact)--exact[The same bits on every machine; if not, prompts in bfloat16 on AMX (default\: false)]' \
                '(--exact --no-exact)--no-exact[The same bits on every machine; if not, prompts in bfloat16 on AMX (default\: false)]' \
                '--huge[Copy the weights into 2 MiB pages instead of mapping]' \
                '(-t --threads)-t[Thread counts, such as 1,2; auto\: the fastest (default\: auto)]:text:_files' \
                '(-t --threads)--threads[Thread counts, such as 1,2; auto\: the fastest (default\: auto)]:text:_files' \
                '(-p --prompt)-p[Tokens of the prefill test; 0\: none (default\: 512)]:uint:' \
                '(-p --prompt)--prompt[Tokens of the prefill test; 0\: none (default\: 512)]:uint:' \
                '(-n --new)-n[Tokens of the decoding test; 0\: none (default\: 128)]:uint:' \
                '(-n --new)--new[Tokens of the decoding test; 0\: none (default\: 128)]:uint:' \
                '(-b --batch)-b[Most tokens computed at once; 0\: the library'\''s choice (default\: 0)]:uint:' \
                '(-b --batch)--batch[Most tokens computed at once; 0\: the library'\''s choice (default\: 0)]:uint:' \
                '(-d --depth)-d[Tokens in the cache before each test, such as 0,4096 (default\: 0)]:uint:' \
                '(-d --depth)--depth[Tokens in the cache before each test, such as 0,4096 (default\: 0)]:uint:' \
                '(-r --repetitions)-r[Timed runs of each test (default\: 5)]:uint:' \
                '(-r --repetitions)--repetitions[Timed runs of each test (default\: 5)]:uint:' \
                '(-o --output)-o[md or json (default\: md)]:text:(md json)' \
                '(-o --output)--output[md or json (default\: md)]:text:(md json)' \
                '--kernels[Kernels, without a model]' \
                '--encode[Encoders, without a model]' \
                '--codec[With --kernels, --encode\: only these codecs]:text:_files' \
                '--isa[With --kernels\: only this tier]:text:_files' \
                '*:file:_files' ;;
        codecs)
            _arguments \
                '(-h --help)-h[Print this help message and exit]' \
                '(-h --help)--help[Print this help message and exit]' \
                '--rd[Encode and decode 256 x 4096 normal numbers with each codec]' \
                '--codec[Only these, such as q4,e8c4]:text:_files' \
                '(-s --seed)-s[Seed of the numbers (default\: 1)]:uint:' \
                '(-s --seed)--seed[Seed of the numbers (default\: 1)]:uint:' \
                '(-o --output)-o[md, json, or svg\: a plot of what --rd measures (default\: md)]:text:(md json svg)' \
                '(-o --output)--output[md, json, or svg\: a plot of what --rd measures (default\: md)]:text:(md json svg)' \
                '*:file:_files' ;;
        synth)
            _arguments \
                '(-h --help)-h[Print this help message and exit]' \
                '(-h --help)--help[Print this help message and exit]' \
                '(-o -m)-o[The .gosset file to write]:text:_files' \
                '(-o -m)-m[The .gosset file to write]:text:_files' \
                '--layers[(default\: 16)]:uint:' \
                '--dim[(default\: 2048)]:uint:' \
                '--ffn[(default\: 8192)]:uint:' \
                '--heads[(default\: 32)]:uint:' \
                '--kv-heads[(default\: 8)]:uint:' \
                '--vocab[(default\: 32000)]:uint:' \
                '--codec[Codec of the weights (default\: e8c4)]:text:_files' \
                '--head-codec[Codec of the head (default\: --codec)]:text:_files' \
                '-s[Seed (default\: 1)]:uint:' \
                '-t[Threads\: a number or auto (default\: auto)]:text:_files' \
                '--json[Print the report as one JSON object]' \
                '*:file:_files' ;;
        inspect)
            _arguments \
                '(-h --help)-h[Print this help message and exit]' \
                '(-h --help)--help[Print this help message and exit]' \
                '(-m --model)-m[The .gosset file]:text:_files' \
                '(-m --model)--model[The .gosset file]:text:_files' \
                '--json[One JSON object on stdout]' \
                '*:file:_files' ;;
        verify)
            _arguments \
                '(-h --help)-h[Print this help message and exit]' \
                '(-h --help)--help[Print this help message and exit]' \
                '(-m --model)-m[The .gosset file]:text:_files' \
                '(-m --model)--model[The .gosset file]:text:_files' \
                '*:file:_files' ;;
        cpu)
            _arguments \
                '(-h --help)-h[Print this help message and exit]' \
                '(-h --help)--help[Print this help message and exit]' \
                '--json[One JSON object on stdout]' \
                '*:file:_files' ;;
    esac
}
_gosset "$@"
