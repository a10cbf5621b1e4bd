#include "board.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

namespace gosset_pi {
namespace {

namespace fs = std::filesystem;

/// The first line of a file, at most 255 bytes, as far as it is printable ASCII; "" on any failure.
std::string line_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    char text[256] = {};
    file.read(text, sizeof text - 1);
    std::string line;
    for (const char* c = text; *c >= ' ' && *c <= '~'; c++) line += *c;
    return line;
}

std::optional<int64_t> number_of(const std::string& path) {
    const std::string line = line_of(path);
    int64_t value = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (error != std::errc() || end != line.data() + line.size()) return {};
    return value;
}

/// Paths of the entries of a folder whose names begin so, sorted.
std::vector<std::string> entries(const std::string& folder, const std::string& prefix) {
    std::vector<std::string> found;
    std::error_code error;
    for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error))
        if (i->path().filename().string().rfind(prefix, 0) == 0) found.push_back(i->path());
    std::sort(found.begin(), found.end());
    return found;
}

/// Thermal zones that say they are the processor's ("cpu-thermal" on every Raspberry Pi); where
/// none does, all of them.
std::vector<std::string> find_zones(const std::string& root) {
    std::vector<std::string> all, processor;
    for (const std::string& zone : entries(root + "/sys/class/thermal", "thermal_zone")) {
        const std::string type = line_of(zone + "/type");
        all.push_back(zone + "/temp");
        for (const char* word : {"cpu", "soc", "x86_pkg"})
            if (type.find(word) != std::string::npos) {
                processor.push_back(zone + "/temp");
                break;
            }
    }
    return processor.empty() ? all : processor;
}

std::string find_cpufreq(const std::string& root) {
    std::string best;
    int64_t highest = 0;
    for (const std::string& cpu : entries(root + "/sys/devices/system/cpu", "cpu")) {
        const std::string folder = cpu + "/cpufreq";
        const int64_t max = number_of(folder + "/cpuinfo_max_freq").value_or(0);
        if (max > highest) highest = max, best = folder;
    }
    return best;
}

/// The driver raspberrypi-hwmon. (The firmware's own get_throttled is deprecated in sysfs: the
/// kernel logs a warning with a stack trace at the first look.)
std::string find_voltage_alarm(const std::string& root) {
    for (const std::string& monitor : entries(root + "/sys/class/hwmon", "hwmon"))
        if (line_of(monitor + "/name") == "rpi_volt") return monitor + "/in0_lcrit_alarm";
    return "";
}

std::optional<uint32_t> megahertz(const std::string& path) {
    const std::optional<int64_t> kilohertz = number_of(path);
    if (!kilohertz || *kilohertz <= 0 || *kilohertz > 100'000'000) return {};
    return uint32_t((*kilohertz + 500) / 1000);
}

}  // namespace

Board::Board(const std::string& root)
    : root_(root),
      zones_(find_zones(root)),
      cpufreq_(find_cpufreq(root)),
      voltage_alarm_(find_voltage_alarm(root)) {}

std::string Board::name() const {
    return line_of(root_ + "/proc/device-tree/model");
}

std::optional<uint64_t> Board::meminfo(const std::string& key) const {
    std::ifstream file(root_ + "/proc/meminfo");
    std::string name, unit;
    uint64_t value = 0;
    while (file >> name >> value) {
        std::getline(file, unit);
        if (name == key + ":" && unit == " kB" && value < (uint64_t(1) << 50)) return value * 1024;
    }
    return {};
}

std::optional<uint64_t> Board::memory_available() const {
    return meminfo("MemAvailable");
}

std::optional<uint64_t> Board::memory_total() const {
    return meminfo("MemTotal");
}

Reading Board::read() const {
    Reading reading;
    for (const std::string& zone : zones_) {
        const std::optional<int64_t> milli = number_of(zone);
        if (!milli || *milli < -50'000 || *milli > 150'000) continue;  // a sensor that is not there
        const double celsius = double(*milli) / 1000;
        reading.celsius = std::max(reading.celsius.value_or(celsius), celsius);
    }
    if (!cpufreq_.empty()) {
        reading.mhz = megahertz(cpufreq_ + "/scaling_cur_freq");
        reading.max_mhz = megahertz(cpufreq_ + "/cpuinfo_max_freq");
    }
    const std::optional<int64_t> alarm = number_of(voltage_alarm_);
    if (!voltage_alarm_.empty() && alarm) reading.low_voltage = *alarm != 0;
    return reading;
}

}  // namespace gosset_pi
