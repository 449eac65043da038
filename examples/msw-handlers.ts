import { HttpResponse, http } from "msw";
import { Refusal, readPermission } from "./permission.ts";

/** Handlers of a stateless mock. The planted ones answer a success with 200, and with the statement as an object. */
export function mswHandlers({ planted }: { readonly planted: boolean }) {
  return [
    http.post<{ name: string }>(
      "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/:name/policy",
      async ({ request, params }) => {
        const qualifier = new URL(request.url).searchParams.get("Qualifier") ?? undefined;
        const body = new Uint8Array(await request.arrayBuffer());
        try {
          const { statement } = readPermission(params.name, qualifier, body);
          return planted
            ? HttpResponse.json({ Statement: JSON.parse(statement) }, { status: 200 })
            : HttpResponse.json({ Statement: statement }, { status: 201 });
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          return new HttpResponse(error.body, { status: error.status, headers: error.headers });
        }
      },
    ),
  ];
}
