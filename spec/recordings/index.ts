import on20160221 from "./2016-02-21.json" with { type: "json" };
import on20170623 from "./2017-06-23.json" with { type: "json" };
import on20180406 from "./2018-04-06.json" with { type: "json" };
import on20191214 from "./2019-12-14.json" with { type: "json" };
import on20201216 from "./2020-12-16.json" with { type: "json" };
import on20221104 from "./2022-11-04.json" with { type: "json" };
import on20230222 from "./2023-02-22.json" with { type: "json" };
import on20230228 from "./2023-02-28.json" with { type: "json" };
import on20240410 from "./2024-04-10.json" with { type: "json" };
import on20240919 from "./2024-09-19.json" with { type: "json" };
import on20251125 from "./2025-11-25.json" with { type: "json" };
import factList from "./facts.json" with { type: "json" };
import { isFact, isRecording, type RecordedExchange, type RecordedFact } from "./recording.ts";

export type { Confidence, RecordedExchange, RecordedFact } from "./recording.ts";

const files: readonly (readonly unknown[])[] = [
  on20160221,
  on20170623,
  on20180406,
  on20191214,
  on20201216,
  on20221104,
  on20230222,
  on20230228,
  on20240410,
  on20240919,
  on20251125,
];

/** Every recorded exchange, oldest first. */
export const recordings: readonly RecordedExchange[] = files.flat().filter(isRecording);

/** Every recorded fact, oldest first, the undated ones last. */
export const facts: readonly RecordedFact[] = factList.filter(isFact);
