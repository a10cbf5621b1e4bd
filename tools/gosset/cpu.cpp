#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tools/gosset/common.hpp"

namespace gosset::cli {

int cmd_cpu(int argc, char** argv) {
    bool json = false;
    CLI::App app("What this CPU is and which kernels it gets");
    app.add_flag("--json", json, "One JSON object on stdout");
    app.footer("Example: gosset cpu        GOSSET_ISA=scalar gosset cpu --json");
    if (const auto done = parse(app, argc, argv)) return *done;

    gosset_cpu_info info = {};
    info.struct_size = sizeof info;
    must(gosset_cpu(&info));
    if (!info.isa)
        throw Failure(std::string("GOSSET_ISA names no tier that this CPU can run; it can run: ") +
                      info.isas);
    std::istringstream tiers(info.isas), features(info.features);
    using Words = std::istream_iterator<std::string>;
    if (json) {
        const nlohmann::ordered_json object = {
            {"name", info.name},
            {"cores", info.logical_cores},
            {"features", std::vector<std::string>(Words(features), Words())},
            {"isas", std::vector<std::string>(Words(tiers), Words())},
            {"isa", info.isa}};
        std::printf("%s\n", object.dump().c_str());
        return kGood;
    }
    std::printf("cpu       %s\ncores     %u\nfeatures  %s\ntiers     %s\nchosen    %s\n", info.name,
                info.logical_cores, info.features, info.isas, info.isa);
    return kGood;
}

}  // namespace gosset::cli
