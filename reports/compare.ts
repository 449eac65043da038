export { type Change, type Comparison, compare, type Heading } from "./compare/comparison.ts";
export { compareMarkdown, matrixMarkdown } from "./compare/markdown.ts";
export { type Cell, type Matrix, type MatrixRow, matrix, matrixHtml } from "./compare/matrix.ts";
export { readReport } from "./compare/read.ts";
export { compareText, matrixText } from "./compare/text.ts";
