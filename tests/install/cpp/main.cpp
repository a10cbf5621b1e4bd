// Continues three token ids by eight, greedily: main MODEL. What a program in C++ needs of Gosset.
#include <cstdio>
#include <gosset/gosset.hpp>

namespace api = gosset::api;

namespace {

gosset_status generate(const char* path) {
    api::Model model;
    api::Session session;
    api::Sampler sampler;
    gosset_sampler_options options = api::sampler_options();
    options.greedy = 1;
    gosset_status status = model.open(path);
    if (status == GOSSET_OK) status = session.create(model);
    if (status == GOSSET_OK) status = sampler.create(model, &options);

    api::Tokens next = {1, 2, 3};
    for (int n = 0; n < 8 && status == GOSSET_OK; n++) {
        status = session.feed(next.data(), next.size(), session.length(), GOSSET_WANT_LAST);
        if (status != GOSSET_OK) break;
        next.resize(1);
        status = sampler.sample(session.logits(0), next[0]);
        if (status == GOSSET_OK) std::printf(n == 0 ? "%u" : " %u", unsigned(next[0]));
    }
    std::puts("");
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return std::fprintf(stderr, "usage: %s MODEL\n", argv[0]), 2;
    if (generate(argv[1]) == GOSSET_OK) return 0;
    std::fprintf(stderr, "%s: %s\n", argv[1], gosset_last_error(nullptr));
    return 1;
}
