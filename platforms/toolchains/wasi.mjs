// Runs a WASI program in Node: node --no-warnings wasi.mjs PROGRAM.wasm [ARGUMENT...]. It sees the folders
// of the machine under their own names.
import { readFile } from "node:fs/promises";
import { WASI } from "node:wasi";
import { argv, env, exit } from "node:process";

const [, , program, ...rest] = argv;
const wasi = new WASI({ version: "preview1", args: [program, ...rest], env, preopens: { "/": "/" } });
const module = await WebAssembly.compile(await readFile(program));
exit(wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject())) ?? 0);
