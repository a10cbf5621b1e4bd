import CGosset
import Foundation

/// One turn of a conversation. The role ("system", "user", "assistant") is the program's word.
public struct Message: Equatable, Sendable {
    public var role: String
    public var content: String
    public init(role: String, content: String) {
        self.role = role
        self.content = content
    }
}

/// How a model is opened.
public struct ModelOptions: Sendable {
    /// Jinja text instead of the file's own.
    public var chatTemplate: String?
    /// The same bits on every machine, always (`gosset_model_options.exact`).
    public var exact = false
    public init(chatTemplate: String? = nil, exact: Bool = false) {
        self.chatTemplate = chatTemplate
        self.exact = exact
    }
}

/// What a model's file says of it.
public struct ModelInfo: Equatable, Sendable {
    public let architecture: String
    /// Of kernels, such as "neon_dotprod".
    public let tier: String
    public let vocab, dim, layers, maxContext: Int
    public let weights, weightBytes, bytesPerToken, fileBytes, identity: UInt64
    public let hasTokenizer, hasChatTemplate: Bool
}

/// A model file: weights, which are mapped and not copied, tokenizer and chat template. Any number of
/// threads may use one; it lives as long as what was made from it.
public final class Model: @unchecked Sendable {
    let handle: OpaquePointer

    public convenience init(url: URL, options: ModelOptions = ModelOptions()) throws {
        try self.init(path: url.path, options: options)
    }

    /// - Throws: `GossetError`: notFound, io, corrupt, unsupported
    public init(path: String, options: ModelOptions = ModelOptions()) throws {
        try refuseZero(path)
        handle = try Model.open(options) { gosset_model_open(path, $0, &$1) }
    }

    /// A part of an open file. The descriptor may be closed afterwards. At an offset that is no
    /// multiple of 64 the part is copied into memory instead of mapped.
    public init(
        fileDescriptor: Int32, offset: UInt64, length: UInt64, options: ModelOptions = ModelOptions()
    ) throws {
        handle = try Model.open(options) {
            gosset_model_open_fd(fileDescriptor, offset, length, $0, &$1)
        }
    }

    deinit { gosset_model_close(handle) }

    public var info: ModelInfo {
        var i = gosset_model_info()
        i.struct_size = UInt32(MemoryLayout<gosset_model_info>.size)
        let status = gosset_model_get_info(handle, &i)
        precondition(status == GOSSET_OK, "an open model has an info")
        return ModelInfo(
            architecture: String(cString: i.architecture), tier: String(cString: i.isa),
            vocab: Int(i.vocab), dim: Int(i.dim), layers: Int(i.layers),
            maxContext: Int(i.max_context), weights: i.weights, weightBytes: i.weight_bytes,
            bytesPerToken: i.bytes_per_token, fileBytes: i.file_bytes, identity: i.identity,
            hasTokenizer: i.has_tokenizer != 0, hasChatTemplate: i.has_chat_template != 0)
    }

    /// Whether the token ends generation.
    public func isEnd(_ token: Token) -> Bool { gosset_is_end(handle, token) != 0 }

    /// Text to ids. `addSpecial`: BOS and EOS by the model's policy; `parseSpecial`: control tokens
    /// that are spelled in the text become their ids.
    public func tokenize(
        _ text: String, addSpecial: Bool = true, parseSpecial: Bool = false
    ) throws -> [Token] {
        let flags = (addSpecial ? UInt32(GOSSET_ADD_SPECIAL) : 0)
            | (parseSpecial ? UInt32(GOSSET_PARSE_SPECIAL) : 0)
        let characters = text.utf8CString  // with a zero behind
        return try characters.withUnsafeBufferPointer { buffer in
            try fill(buffer.count / 3 + 16) {
                gosset_tokenize(handle, buffer.baseAddress, buffer.count - 1, flags, $0, $1, $2)
            }
        }
    }

    public func detokenize(_ ids: [Token]) throws -> String {
        let bytes: [CChar] = try fill(ids.count * 8 + 16) {
            gosset_detokenize(handle, ids, ids.count, $0, $1, $2)
        }
        return bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// A conversation as ids, by the model's chat template.
    /// - Parameter answer: end with the opening of the assistant's turn
    /// - Throws: `GossetError`: unsupported (no template), invalidArgument when the template refuses
    public func chat(_ messages: [Message], answer: Bool = true) throws -> [Token] {
        var strings: [UnsafeMutablePointer<CChar>] = []
        defer { strings.forEach { free($0) } }
        func keep(_ text: String) throws -> UnsafePointer<CChar> {
            try refuseZero(text)
            guard let copy = strdup(text) else {
                throw GossetError(status: .outOfMemory, message: "no memory for a message")
            }
            strings.append(copy)
            return UnsafePointer(copy)
        }
        let views = try messages.map {
            gosset_message(role: try keep($0.role), content: try keep($0.content))
        }
        return try fill(1024) {
            gosset_chat_tokenize(handle, views, views.count, answer ? 1 : 0, $0, $1, $2)
        }
    }

    private static func open(
        _ options: ModelOptions,
        _ call: (UnsafePointer<gosset_model_options>, inout OpaquePointer?) -> gosset_status
    ) throws -> OpaquePointer {
        var o = gosset_model_options()
        gosset_model_options_default(&o)
        o.exact = options.exact ? 1 : 0
        var made: OpaquePointer?
        if let text = options.chatTemplate {
            try refuseZero(text)
            try text.withCString {
                o.chat_template = $0
                try check(call(&o, &made))
            }
        } else {
            try check(call(&o, &made))
        }
        return made!
    }
}
