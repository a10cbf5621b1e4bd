// Continues a text: generate MODEL TEXT [TOKENS [SEED]], as generate.c, with gosset.hpp: handles
// that free themselves, containers that have the right size, a lambda for each token.
#include <cstdio>
#include <cstdlib>
#include <gosset/gosset.hpp>

namespace api = gosset::api;

namespace {

gosset_status generate(const char* path, const char* text, uint32_t tokens, uint64_t seed) {
    api::Model model;  // outlives the others: freed last
    api::Session session;
    api::Sampler sampler;
    api::Tokens prompt;
    gosset_sampler_options options = api::sampler_options();
    options.seed = seed;
    gosset_status status = model.open(path);
    if (status == GOSSET_OK) status = session.create(model);
    if (status == GOSSET_OK) status = sampler.create(model, &options);
    if (status == GOSSET_OK) status = model.tokenize(text, GOSSET_ADD_SPECIAL, prompt);
    if (status != GOSSET_OK) return status;
    return session.generate(sampler, prompt, tokens, [](api::Token, std::string_view part) {
        return std::fwrite(part.data(), 1, part.size(), stdout) == part.size() &&
               std::fflush(stdout) == 0;
    });
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: %s MODEL TEXT [TOKENS [SEED]]\n", argv[0]);
        return 2;
    }
    const uint32_t tokens = argc > 3 ? uint32_t(std::strtoul(argv[3], nullptr, 10)) : 128;
    const uint64_t seed = argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 0;
    const gosset_status status = generate(argv[1], argv[2], tokens, seed);
    std::printf("\n");
    if (status != GOSSET_OK) std::fprintf(stderr, "%s\n", gosset_last_error(nullptr));
    return status == GOSSET_OK ? 0 : 1;
}
