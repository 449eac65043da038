export { compareMarkdown, compareText, matrixMarkdown, matrixText } from "./compare-blocks.ts";
export { compare, matrix } from "./comparison.ts";
export { matrixHtml } from "./html/matrix.ts";
export { readReport } from "./read-report.ts";
