/// What a Linux board tells about itself in files: its name, free memory, temperature, clock and
/// supply voltage. Relies on the standard library; a file that is missing or holds no sense is a
/// value that is not there, never an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gosset_pi {

/// One look at the sensors.
struct Reading {
    std::optional<double> celsius;         ///< of the processor
    std::optional<uint32_t> mhz, max_mhz;  ///< of the fastest core: now, and what it can do
    std::optional<bool> low_voltage;       ///< the supply is below 4.63 V (driver rpi_volt)

    /// Whether the clock is more than 5% below its maximum. At rest that is the governor saving
    /// power; while tokens are computed it is heat or a weak supply.
    bool slowed() const { return mhz && max_mhz && *mhz < *max_mhz / 100.0 * 95; }
};

class Board {
  public:
    /// root: the folder that has sys/ and proc/; "" is this machine's. Finds the sensors once.
    explicit Board(const std::string& root = "");

    /// "Raspberry Pi 5 Model B Rev 1.0", or "" where the kernel has no device tree.
    std::string name() const;
    /// Bytes that programs can have without swapping, and all bytes, by /proc/meminfo.
    std::optional<uint64_t> memory_available() const;
    std::optional<uint64_t> memory_total() const;
    /// A few small files are read: some 10 us each.
    Reading read() const;

  private:
    std::optional<uint64_t> meminfo(const std::string& key) const;

    std::string root_;
    std::vector<std::string> zones_;  ///< temperature files of the processor
    std::string cpufreq_;             ///< folder of the core with the highest clock; "" if none
    std::string voltage_alarm_;       ///< "" if none
};

}  // namespace gosset_pi
