# bash completion of gosset
# Made by tools/manual/make.py from the command's help.
_gosset() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        COMPREPLY=($(compgen -W "quantize export run chat tokenize eval bench codecs synth inspect verify cpu --help --version" -- "$word"))
        return
    fi
    case ${COMP_WORDS[1]},$before in
        quantize,--rotate) words="auto none" ;;
        export,--dtype) words="f32 bf16" ;;
        run,--kv) words="f16 f32" ;;
        chat,--kv) words="f16 f32" ;;
        eval,--kv) words="f16 f32" ;;
        bench,--kv) words="f16 f32" ;;
        bench,-o | bench,--output) words="md json" ;;
        codecs,-o | codecs,--output) words="md json svg" ;;
    esac
    if [[ -z $words && $word == -* ]]; then
        case ${COMP_WORDS[1]} in
            quantize) words="-h --help -o --codec --embed-codec --head-codec --value-codec --rotate --calib --refine --calib-tokens --gradient-tokens --resume -t --json" ;;
            export) words="-h --help -m -o --dtype" ;;
            run) words="-h --help -m --model -t --threads -c --context --kv --exact --no-exact --huge -n --new --ids --temp --top-k --top-p --min-p --repeat-penalty -s --seed --greedy -p --prompt -f --file --prompt-ids" ;;
            chat) words="-h --help -m --model -t --threads -c --context --kv --exact --no-exact --huge -p --prompt --system -n --new --once --chat-template --temp --top-k --top-p --min-p --repeat-penalty -s --seed --greedy" ;;
            tokenize) words="-h --help -m --model -p --prompt --jsonl --chat --chat-template --add-special --no-parse-special --json" ;;
            eval) words="-h --help -m --model -t --threads -c --context --kv --exact --no-exact --huge -f --file --windows --base --logits --save-logits --json" ;;
            bench) words="-h --help -m --model --kv --exact --no-exact --huge -t --threads -p --prompt -n --new -b --batch -d --depth -r --repetitions -o --output --kernels --encode --codec --isa" ;;
            codecs) words="-h --help --rd --codec -s --seed -o --output" ;;
            synth) words="-h --help -o -m --layers --dim --ffn --heads --kv-heads --vocab --codec --head-codec -s -t --json" ;;
            inspect) words="-h --help -m --model --json" ;;
            verify) words="-h --help -m --model" ;;
            cpu) words="-h --help --json" ;;
        esac
    fi
    if [[ -n $words ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$word"))
    else
        COMPREPLY=($(compgen -f -- "$word"))
    fi
}
complete -o filenames -o bashdefault -F _gosset gosset
