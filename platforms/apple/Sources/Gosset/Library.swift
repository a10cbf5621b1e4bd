import CGosset

/// A token's id.
public typealias Token = gosset_token

/// The library itself.
public enum Gosset {
    /// "0.1.0"
    public static var version: String { String(cString: gosset_version()) }

    /// This processor: its name, its features and the tier of kernels in use.
    public static func cpu() throws -> (name: String, features: String, tier: String) {
        var info = gosset_cpu_info()
        info.struct_size = UInt32(MemoryLayout<gosset_cpu_info>.size)
        try check(gosset_cpu(&info))
        return (String(cString: info.name), String(cString: info.features), String(cString: info.isa))
    }
}
