/// gosset export: a .gosset file back to safetensors.
#include "tools/quantize/export.hpp"

#include <cstdio>
#include <string>

#include "tools/gosset/parse.hpp"
#include "tools/quantize/console.hpp"

namespace gosset::cli {

int cmd_export(int argc, char** argv) {
    std::string model, out, dtype = "f32";
    CLI::App app(
        "Writes the dequantized weights of a model, rotation undone, under their Hugging "
        "Face names.",
        "gosset export");
    app.add_option("-m", model, "The .gosset file")->required();
    app.add_option("-o", out, "The .safetensors file to write; replaced when all is done")
        ->required();
    app.add_option("--dtype", dtype, "f32 or bf16")
        ->check(CLI::IsMember({"f32", "bf16"}))
        ->capture_default_str();
    app.footer("example:\n  gosset export -m model.gosset -o model.safetensors --dtype bf16");
    if (const auto done = parse(app, argc, argv)) return *done;

    const quantize::InterruptGuard guard;
    quantize::ProgressLine line("export");
    const auto type = dtype == "f32" ? quantize::ExportType::f32 : quantize::ExportType::bf16;
    const auto report = quantize::export_model(model, out, type, [&](const quantize::Progress& p) {
        line.show(p);
        return !quantize::InterruptGuard::requested();
    });
    line.clear();
    if (!report.ok()) {
        std::fprintf(stderr, "gosset export: %s\n", report.status().message().c_str());
        return kFailure;
    }
    std::printf("%s: %llu tensors, %sweights, %llu bytes\n", out.c_str(),
                static_cast<unsigned long long>(report->tensors),
                quantize::short_number(double(report->weights)).c_str(),
                static_cast<unsigned long long>(report->bytes));
    return kGood;
}

}  // namespace gosset::cli
