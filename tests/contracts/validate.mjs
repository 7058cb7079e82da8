// node validate.mjs FILE: prints one JSON array of {severity, path, message} and ends with 0 whatever it finds.
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const SEVERITIES = ["error", "warning", "information", "hint"];
const { diagnostics } = await new Parser().parse(await readFile(process.argv[2], "utf8"));
const found = diagnostics.map(({ severity, code, path, message }) => ({
  severity: SEVERITIES[severity],
  code,
  path: path.join("/"),
  message,
}));
console.log(JSON.stringify(found));
