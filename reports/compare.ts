export { compare } from "./compare/comparison.ts";
export { compareMarkdown, matrixMarkdown } from "./compare/markdown.ts";
export { matrix, matrixHtml } from "./compare/matrix.ts";
export { compareText, matrixText } from "./compare/text.ts";
export { readReport } from "./read-report.ts";
