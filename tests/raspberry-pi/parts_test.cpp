// The sensors of a board on a false /sys and /proc, the status line, and what is text.
#include <filesystem>

#include "board.hpp"
#include "status.hpp"
#include "terminal.hpp"
#include "tests/support/support.hpp"

using namespace gosset::test;
using namespace gosset_pi;

namespace {

/// A root folder with files.
struct Root {
    TempDir dir;
    std::string path = dir.path("root");
    void put(const std::string& file, const std::string& text) const {
        const std::filesystem::path full = path + "/" + file;
        std::filesystem::create_directories(full.parent_path());
        write_file(full.string(), text);
    }
    Reading read() const { return Board(path).read(); }
};

std::string meminfo(const std::string& line) {
    return "MemTotal:         948304 kB\nMemFree:           60000 kB\n" + line +
           "HugePages_Total:       0\n";
}

}  // namespace

TEST_CASE("a board without files says nothing") {
    const Root root;
    const Board board(root.path);
    const Reading reading = board.read();
    CHECK_FALSE(reading.celsius);
    CHECK_FALSE(reading.mhz);
    CHECK_FALSE(reading.max_mhz);
    CHECK_FALSE(reading.low_voltage);
    CHECK_FALSE(reading.slowed());
    CHECK_FALSE(board.memory_available());
    CHECK(board.name().empty());
    CHECK(sensors(reading).empty());
}

TEST_CASE("temperatures") {
    struct Case {
        const char *type, *temp;
        double celsius;  // 0: none
    };
    const Case cases[] = {
        {"cpu-thermal\n", "61234\n", 61.234},
        {"cpu-thermal\n", "-4000\n", -4},
        {"cpu-thermal\n", "61234", 61.234},
        {"cpu-thermal\n", "\n", 0},
        {"cpu-thermal\n", "", 0},
        {"cpu-thermal\n", "hot\n", 0},
        {"cpu-thermal\n", "61234 C\n", 0},
        {"cpu-thermal\n", "-274000\n", 0},
        {"cpu-thermal\n", "150001\n", 0},
        {"cpu-thermal\n", "99999999999999999999\n", 0},
        {"wifi\n", "50000\n", 50},
    };
    for (const Case& c : cases) {
        INFO(c.temp);
        const Root root;
        root.put("sys/class/thermal/thermal_zone0/type", c.type);
        root.put("sys/class/thermal/thermal_zone0/temp", c.temp);
        const std::optional<double> celsius = root.read().celsius;
        CHECK(celsius.has_value() == (c.celsius != 0));
        if (celsius) CHECK(*celsius == doctest::Approx(c.celsius));
    }
}

TEST_CASE("the processor's zone goes before others, the hottest of all before the first") {
    const Root root;
    root.put("sys/class/thermal/thermal_zone0/type", "wifi\n");
    root.put("sys/class/thermal/thermal_zone0/temp", "40000\n");
    root.put("sys/class/thermal/thermal_zone1/type", "battery\n");
    root.put("sys/class/thermal/thermal_zone1/temp", "70000\n");
    root.put("sys/class/thermal/cooling_device0/temp", "99000\n");
    CHECK(root.read().celsius == 70.0);
    root.put("sys/class/thermal/thermal_zone2/type", "cpu-thermal\n");
    root.put("sys/class/thermal/thermal_zone2/temp", "55000\n");
    CHECK(root.read().celsius == 55.0);
}

TEST_CASE("the clock of the fastest core") {
    const Root root;
    const std::string cpu = "sys/devices/system/cpu/";
    root.put(cpu + "cpu0/cpufreq/cpuinfo_max_freq", "1800000\n");
    root.put(cpu + "cpu0/cpufreq/scaling_cur_freq", "600000\n");
    root.put(cpu + "cpu4/cpufreq/cpuinfo_max_freq", "2400000\n");
    root.put(cpu + "cpu4/cpufreq/scaling_cur_freq", "2280000\n");
    root.put(cpu + "cpufreq/cpuinfo_max_freq", "9000000\n");
    Reading reading = root.read();
    CHECK(reading.mhz == 2280u);
    CHECK(reading.max_mhz == 2400u);
    CHECK_FALSE(reading.slowed());
    CHECK(sensors(reading) == "2280 MHz");
    root.put(cpu + "cpu4/cpufreq/scaling_cur_freq", "2279000\n");
    reading = root.read();
    CHECK(reading.slowed());
    CHECK(sensors(reading) == "2279 of 2400 MHz (slowed down)");
    root.put(cpu + "cpu4/cpufreq/scaling_cur_freq", "<unknown>\n");
    CHECK(sensors(root.read()).empty());
}

TEST_CASE("the supply's alarm") {
    const Root root;
    root.put("sys/class/hwmon/hwmon0/name", "cpu_thermal\n");
    root.put("sys/class/hwmon/hwmon0/in0_lcrit_alarm", "1\n");
    CHECK_FALSE(root.read().low_voltage);
    root.put("sys/class/hwmon/hwmon3/name", "rpi_volt\n");
    CHECK_FALSE(root.read().low_voltage);
    root.put("sys/class/hwmon/hwmon3/in0_lcrit_alarm", "0\n");
    CHECK(root.read().low_voltage == false);
    root.put("sys/class/hwmon/hwmon3/in0_lcrit_alarm", "1\n");
    CHECK(root.read().low_voltage == true);
    CHECK(sensors(root.read()) == "low supply voltage");
}

TEST_CASE("name and memory") {
    const Root root;
    root.put("proc/device-tree/model", std::string("Raspberry Pi 5 Model B Rev 1.0\0", 31));
    root.put("proc/meminfo", meminfo("MemAvailable:     512000 kB\n"));
    const Board board(root.path);
    CHECK(board.name() == "Raspberry Pi 5 Model B Rev 1.0");
    CHECK(board.memory_available() == uint64_t(512000) * 1024);
    CHECK(board.memory_total() == uint64_t(948304) * 1024);
    for (const char* line : {"", "MemAvailable:\n", "MemAvailable: 512000 MB\n",
                             "MemAvailable: -1 kB\n", "xMemAvailable: 1 kB\n"}) {
        INFO(line);
        root.put("proc/meminfo", meminfo(line));
        CHECK_FALSE(board.memory_available());
    }
    root.put("proc/device-tree/model", "\033[31mred\n");
    CHECK(board.name().empty());
}

TEST_CASE("the status line") {
    Turn turn;
    Reading reading;
    CHECK(status_line(turn, reading, 1, 7, 512) == "1 thread, context 7 of 512");
    turn.figures.new_tokens = 21;
    turn.figures.decode_seconds = 2;
    reading.celsius = 61.25;
    reading.mhz = 1500, reading.max_mhz = 2400;
    reading.low_voltage = true;
    turn.stopped = true;
    turn.forgotten = 30;
    CHECK(status_line(turn, reading, 4, 312, 2048) ==
          "10.0 tokens/s, 4 threads, 61.2 C, 1500 of 2400 MHz (slowed down), low supply voltage, "
          "context 312 of 2048, 30 old tokens forgotten, stopped");
}

TEST_CASE("the hottest moment of an answer is kept") {
    const Root root;
    const auto temp = [&](const char* milli) {
        root.put("sys/class/thermal/thermal_zone0/temp", milli);
    };
    temp("50000");
    const Board board(root.path);
    Watch watch(board);
    watch.begin();
    CHECK_FALSE(watch.reading().celsius);
    watch.look();
    CHECK(watch.reading().celsius == 50.0);
    watch.begin();
    temp("45000");
    watch.look();
    CHECK(watch.reading().celsius == 45.0);
}

TEST_CASE("what steers a terminal is left out, characters are not") {
    CHECK(without_controls("a\033[31mb\tc\nd\r\x7f\a") == "a[31mb\tc\nd");
    CHECK(without_controls("\xc2\x9b"
                           "31m \xc3\xa9 \xe2\x82\xac \xc2\xa0") ==
          "31m \xc3\xa9 \xe2\x82\xac \xc2\xa0");
}

TEST_CASE("what is text") {
    for (const char* good : {"", "plain", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                             "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80"})
        CHECK(is_text(good));
    for (const char* bad :
         {"\x80", "\xc3", "\xc1\xbf", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80",
          "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xc3(b"}) {
        INFO(bad);
        CHECK_FALSE(is_text(bad));
    }
    CHECK_FALSE(is_text(std::string_view("a\0b", 3)));
}
