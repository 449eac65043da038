import express, { type ErrorRequestHandler, type Express, type Request, type Response } from "express";
import { createLambda, type Planted, type Reply } from "./lambda.ts";
import { Refusal } from "./permission.ts";

/** An emulator of Lambda's permissions, as an Express app. */
export function expressApp(planted: Planted = {}): Express {
  const lambda = createLambda(planted);
  const router = express.Router();
  router.use(express.raw({ type: () => true, limit: "8mb" }));
  const route =
    (operation: (request: Request) => Reply) =>
    (request: Request, response: Response): void => {
      const { status, body } = operation(request);
      if (body === undefined) response.status(status).end();
      else response.status(status).json(body);
    };

  router.post(
    "/",
    route(({ body }) => lambda.createFunction(JSON.parse(body).FunctionName)),
  );
  router.get(
    "/:name",
    route((request) => lambda.getFunction(part(request, "name"))),
  );
  router.delete(
    "/:name",
    route((request) => lambda.deleteFunction(part(request, "name"), qualifierOf(request))),
  );
  router.post(
    "/:name/versions",
    route((request) => lambda.publishVersion(part(request, "name"))),
  );
  router.post(
    "/:name/aliases",
    route((request) => lambda.createAlias(part(request, "name"), JSON.parse(request.body).Name)),
  );
  router.post(
    "/:name/policy",
    route((request) => lambda.addPermission(part(request, "name"), qualifierOf(request), bytesOf(request))),
  );
  router.get(
    "/:name/policy",
    route((request) => lambda.getPolicy(part(request, "name"), qualifierOf(request))),
  );
  router.delete(
    "/:name/policy/:sid",
    route((request) =>
      lambda.removePermission(part(request, "name"), qualifierOf(request), part(request, "sid")),
    ),
  );
  return express().use("/2015-03-31/functions", router, refuse);
}

function part({ params }: Request, name: string): string {
  return String(params[name]);
}

function qualifierOf({ query }: Request): string | undefined {
  return typeof query.Qualifier === "string" ? query.Qualifier : undefined;
}

function bytesOf({ body }: Request): Uint8Array {
  return body instanceof Uint8Array ? body : new Uint8Array();
}

const refuse: ErrorRequestHandler = (error, _request, response, next) => {
  if (error instanceof Refusal) response.status(error.status).set(error.headers).send(error.body);
  else next(error);
};
