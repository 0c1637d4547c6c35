// The conditions of a rule as text and as a tree: groups {kind, parts}, conditions {metric, operator, value}.
// "None of" is a group of kind "not": one part is written {"not": part}, several {"not": {"any": parts}}.
const RuleTree = (() => {
  const KINDS = ["all", "any", "not"];
  const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

  // A number with the digits it was written with: 0.30 stays 0.30, and no digit of a long one is lost.
  class Digits {
    constructor(text) {
      this.text = text;
    }
  }

  const fail = (reason) => {
    throw new Error(reason);
  };
  const isObject = (value) => value !== null && typeof value === "object" && !(value instanceof Digits);

  const read = (text) => {
    let tree;
    try {
      tree = JSON.parse(text, (key, value, context) =>
        typeof value === "number" ? new Digits(context?.source ?? String(value)) : value);
    } catch {
      fail("this is not valid JSON");
    }
    // An older browser does not say how a number was written; one that it would write differently stays as text.
    if (digitsIn(tree).some((digits) => !text.includes(digits.text))) fail("a number is too long for rows");
    const written = [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter((found) => found[1]).length;
    if (written !== keysIn(tree)) fail("a key stands twice in one object");
    return node(tree);
  };

  const digitsIn = (value) =>
    value instanceof Digits ? [value] : isObject(value) ? Object.values(value).flatMap(digitsIn) : [];

  const keysIn = (value) => {
    if (!isObject(value)) return 0;
    const own = Array.isArray(value) ? 0 : Object.keys(value).length;
    return Object.values(value).reduce((sum, one) => sum + keysIn(one), own);
  };

  const node = (tree) => {
    if (!isObject(tree) || Array.isArray(tree)) fail("a group or a condition is missing");
    const kind = KINDS.find((one) => one in tree);
    if (!kind) return condition(tree);
    if (Object.keys(tree).length > 1) fail(`“${kind}” does not stand alone in its object`);
    if (kind === "not") {
      const part = node(tree.not);
      return { kind, parts: part.kind === "any" && part.parts.length !== 1 ? part.parts : [part] };
    }
    if (!Array.isArray(tree[kind])) fail(`“${kind}” takes a list`);
    return { kind, parts: tree[kind].map(node) };
  };

  const condition = ({ metric, operator, value, ...others }) => {
    if (Object.keys(others).length) fail("a condition has more than metric, operator and value");
    if ([metric, operator].some((one) => one !== undefined && typeof one !== "string")) fail("a name is no text");
    if ((Array.isArray(value) ? value : [value]).some(isObject)) fail("a value is neither a value nor a list of values");
    return { metric, operator, value: operator === "is_known" && value === undefined ? true : value };
  };

  const spell = (tree, indent = "") => {
    if (tree.kind === "not") {
      const part = tree.parts.length === 1 ? tree.parts[0] : { kind: "any", parts: tree.parts };
      return `{"not": ${spell(part, indent)}}`;
    }
    if (tree.kind && !tree.parts.length) return `{"${tree.kind}": []}`;
    if (tree.kind) {
      const deeper = `${indent}    `;
      const parts = tree.parts.map((part) => deeper + spell(part, deeper)).join(",\n");
      return `{"${tree.kind}": [\n${parts}\n${indent}]}`;
    }
    const members = ["metric", "operator", "value"].filter((key) => tree[key] !== undefined);
    return `{${members.map((key) => `"${key}": ${plain(tree[key])}`).join(", ")}}`;
  };

  const plain = (value) => {
    if (Array.isArray(value)) return `[${value.map(plain).join(", ")}]`;
    return value instanceof Digits ? value.text : JSON.stringify(value);
  };

  // The path of each part of a group, as problems name it: all[1].any[0], not.
  const pathOf = (kind, number, index, path) => {
    const start = path ? `${path}.${kind}` : kind;
    if (kind !== "not") return `${start}[${index}]`;
    return number === 1 ? start : `${start}.any[${index}]`;
  };

  // Texts as they stand in the inputs, and back by the metric's type; what is no number stays the text it is.
  const textsOf = (value) => {
    if (value === undefined) return [];
    return (Array.isArray(value) ? value : [value]).map((one) => (one instanceof Digits ? one.text : String(one ?? "")));
  };
  const scalarOf = (text, type) => {
    if (["number", undefined].includes(type) && NUMBER.test(text.trim())) return new Digits(text.trim());
    if (["boolean", undefined].includes(type) && ["true", "false"].includes(text)) return text === "true";
    return text;
  };
  const valueOf = (texts, operator, type) => {
    const kind = operator === "is_known" ? "boolean" : type;
    const filled = texts.filter((text) => text !== "");
    if (!filled.length) return undefined;
    if (operator === "between") return texts.map((text) => (text === "" ? null : scalarOf(text, kind)));
    return ["in", "not_in"].includes(operator) ? filled.map((text) => scalarOf(text, kind)) : scalarOf(filled[0], kind);
  };

  return { read, spell, pathOf, textsOf, valueOf };
})();
