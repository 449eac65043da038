/** Answers a request without a network, as handlers of servers and mocks do; undefined where it answers nothing. */
export type FetchHandler = (
  request: Request,
) => Response | undefined | null | Promise<Response | undefined | null>;

/** An undici Dispatcher of any version from 7 on, such as a MockAgent. */
export interface DispatcherLike {
  dispatch(options: never, handler: never): boolean;
}

/** An Express app, or another function of (req, res) that can also listen. It is not told to. */
export interface AppLike {
  listen(...args: never): unknown;
}

/** Whom to judge: the URL of an endpoint, or something in this process that answers requests. */
export type ConformTarget =
  | string
  | URL
  | FetchHandler
  | { readonly fetch: FetchHandler }
  | DispatcherLike
  | AppLike;
