import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { createLambda, type Planted, type Reply } from "./lambda.ts";
import { Refusal } from "./permission.ts";

/** An emulator of Lambda's permissions, as a Hono app. */
export function honoApp(planted: Planted = {}): Hono {
  const lambda = createLambda(planted);
  const app = new Hono().basePath("/2015-03-31/functions");
  const answer = ({ status, body }: Reply) => Response.json(body ?? null, { status });
  const done = ({ status }: Reply) => new Response(null, { status });

  app.onError((error, context) => {
    if (!(error instanceof Refusal)) throw error;
    return context.body(error.body, error.status as ContentfulStatusCode, error.headers);
  });
  app.post("/", async ({ req }) => answer(lambda.createFunction((await req.json()).FunctionName)));
  app.get("/:name", ({ req }) => answer(lambda.getFunction(req.param("name"))));
  app.delete("/:name", ({ req }) => done(lambda.deleteFunction(req.param("name"), req.query("Qualifier"))));
  app.post("/:name/versions", ({ req }) => answer(lambda.publishVersion(req.param("name"))));
  app.post("/:name/aliases", async ({ req }) =>
    answer(lambda.createAlias(req.param("name"), (await req.json()).Name)),
  );
  app.post("/:name/policy", async ({ req }) => {
    const body = new Uint8Array(await req.arrayBuffer());
    return answer(lambda.addPermission(req.param("name"), req.query("Qualifier"), body));
  });
  app.get("/:name/policy", ({ req }) => answer(lambda.getPolicy(req.param("name"), req.query("Qualifier"))));
  app.delete("/:name/policy/:sid", ({ req }) =>
    done(lambda.removePermission(req.param("name"), req.query("Qualifier"), req.param("sid"))),
  );
  return app;
}
