#include "options.hpp"

#include <getopt.h>

#include <cstdlib>

namespace gosset_pi {
namespace {

enum Long {
    kSystem = 256,
    kTemp,
    kTopK,
    kTopP,
    kMinP,
    kRepeatPenalty,
    kGreedy,
    kNeed,
    kAnyway,
    kRoot,
    kVersion
};

const option kOptions[] = {
    {"model", required_argument, nullptr, 'm'},
    {"threads", required_argument, nullptr, 't'},
    {"context", required_argument, nullptr, 'c'},
    {"new", required_argument, nullptr, 'n'},
    {"seed", required_argument, nullptr, 's'},
    {"quiet", no_argument, nullptr, 'q'},
    {"help", no_argument, nullptr, 'h'},
    {"system", required_argument, nullptr, kSystem},
    {"temp", required_argument, nullptr, kTemp},
    {"top-k", required_argument, nullptr, kTopK},
    {"top-p", required_argument, nullptr, kTopP},
    {"min-p", required_argument, nullptr, kMinP},
    {"repeat-penalty", required_argument, nullptr, kRepeatPenalty},
    {"greedy", no_argument, nullptr, kGreedy},
    {"need", no_argument, nullptr, kNeed},
    {"anyway", no_argument, nullptr, kAnyway},
    {"root", required_argument, nullptr, kRoot},
    {"version", no_argument, nullptr, kVersion},
    {nullptr, 0, nullptr, 0},
};

/// A whole number of decimal digits up to `most`.
template <class Number>
bool whole(const char* text, uint64_t most, Number& value) {
    uint64_t sum = 0;
    if (*text == 0) return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9') return false;
        const auto digit = uint64_t(*text - '0');
        if (sum > most / 10 || digit > most - sum * 10) return false;
        sum = sum * 10 + digit;
    }
    value = Number(sum);
    return true;
}

bool decimal(const char* text, float least, float most, float& value) {
    char* end = nullptr;
    const float number = std::strtof(text, &end);
    if (end == text || *end != 0 || !(number >= least && number <= most)) return false;
    value = number;
    return true;
}

/// Takes one option; false when its value makes no sense.
bool take(int letter, const char* value, Options& o) {
    switch (letter) {
        case 'm':
            o.model = value;
            return true;
        case 't':
            return whole(value, 256, o.threads);
        case 'c':
            return whole(value, 1 << 20, o.context);
        case 'n':
            return whole(value, 1 << 20, o.most);
        case 's':
            return whole(value, UINT64_MAX, o.sampler.seed);
        case 'q':
            return o.quiet = true;
        case kSystem:
            o.system = value;
            return true;
        case kTemp:
            return decimal(value, 0, 100, o.sampler.temperature);
        case kTopK:
            return whole(value, 1 << 20, o.sampler.top_k);
        case kTopP:
            return decimal(value, 0, 1, o.sampler.top_p);
        case kMinP:
            return decimal(value, 0, 1, o.sampler.min_p);
        case kRepeatPenalty:
            return decimal(value, 0.01f, 100, o.sampler.repeat_penalty);
        case kGreedy:
            o.sampler.greedy = 1;
            return true;
        case kNeed:
            return o.need = true;
        case kAnyway:
            return o.anyway = true;
        case kRoot:
            o.root = value;
            return true;
        default:
            return false;
    }
}

/// The name of an option as in --help.
std::string spelled(int letter) {
    for (const option* o = kOptions; o->name; o++)
        if (o->val == letter) return std::string("--") + o->name;
    return std::string("-") + char(letter);
}

/// What getopt_long did not take: a long option (unknown, or with a value that it has no use for),
/// or a letter. last: the word that it looked at last.
std::string refused(const std::string& last) {
    const bool is_long = last.rfind("--", 0) == 0;
    if (is_long && (optopt == 0 || last.find('=') != std::string::npos)) return last;
    return std::string("-") + char(optopt);
}

}  // namespace

Asked parse(int argc, char** argv, Options& options, std::string& complaint) {
    optind = 0;  // starts anew
    opterr = 0;
    for (;;) {
        const int letter = getopt_long(argc, argv, ":m:t:c:n:s:qh", kOptions, nullptr);
        if (letter == -1) break;
        if (letter == 'h') return Asked::help;
        if (letter == kVersion) return Asked::version;
        if (letter == ':') {
            complaint = spelled(optopt) + " wants a value";
        } else if (letter == '?') {
            complaint = "not understood: " + refused(argv[optind - 1]);
        } else if (!take(letter, optarg, options)) {
            complaint = spelled(letter) + " cannot be '" + optarg + "'";
        }
        if (!complaint.empty()) return Asked::wrong;
    }
    for (; optind < argc; optind++) {
        if (!options.model.empty()) {
            complaint = std::string("one model, please: '") + argv[optind] + "' is one too many";
            return Asked::wrong;
        }
        options.model = argv[optind];
    }
    if (options.model.empty()) {
        complaint = "which model? A .gosset file";
        return Asked::wrong;
    }
    return Asked::chat;
}

const char* help() {
    return "usage: gosset-pi [options] MODEL.gosset\n"
           "Talks with a language model on this board. A model without a chat template continues\n"
           "what is typed. /help lists the commands of a conversation.\n"
           "\n"
           "  -m, --model FILE       the model (or without -m)\n"
           "  -t, --threads N        threads; 0: as many as are fastest here, measured at the "
           "start\n"
           "  -c, --context N        tokens that it remembers; 0: 4096, or less where memory is "
           "short\n"
           "  -n, --new N            most tokens of an answer; 0: to its end (plain text: 128)\n"
           "      --system TEXT      the system message: who the model is to be\n"
           "  -s, --seed N           the same seed gives the same answers (0)\n"
           "      --temp X           0 always takes the likeliest word, 1 the model's own odds "
           "(0.8)\n"
           "      --top-k N          only the N likeliest tokens; 0: all (40)\n"
           "      --top-p X          only the likeliest tokens that make up X of the odds; 1: all "
           "(0.95)\n"
           "      --min-p X          only tokens with X of the likeliest one's odds; 0: all "
           "(0.05)\n"
           "      --repeat-penalty X above 1, what was said becomes less likely (1)\n"
           "      --greedy           always the likeliest token\n"
           "      --need             say how much memory each context needs, and leave\n"
           "      --anyway           start although memory is short\n"
           "  -q, --quiet            no status lines\n"
           "      --root FOLDER      read FOLDER/sys and FOLDER/proc instead of /sys and /proc\n"
           "      --version          say the version and leave\n"
           "  -h, --help             this list\n"
           "\n"
           "Answers go to standard output, all else to standard error. Ctrl-C stops an answer;\n"
           "a second one, or one at the prompt, leaves. Status: 0 good, 1 failure, 2 wrong usage.\n"
           "Example: gosset-pi --system \"You are brief.\" model.gosset\n";
}

}  // namespace gosset_pi
