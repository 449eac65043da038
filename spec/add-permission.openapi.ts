// Generated from spec/add-permission.yaml by `npm run generate`. Do not edit.
export interface paths {
    readonly "/2015-03-31/functions/{FunctionName}/policy": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Let a service or an account use a function.
         * @description Appends one statement to the resource-based policy of a function, or of one version or alias when a qualifier is given.
         */
        readonly post: operations["AddPermission"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        readonly AddPermissionRequest: {
            /** @description What the principal may do. */
            readonly Action: string;
            /** @description The token that an Alexa smart home skill must present. */
            readonly EventSourceToken?: string;
            /** @description Who is let in, a service by its domain-like name or an account by its id. */
            readonly Principal: string;
            /** @description Makes the call conditional on this revision still being the latest one. */
            readonly RevisionId?: string;
            /** @description The account that must own the calling resource. */
            readonly SourceAccount?: string;
            /** @description The calling resource, such as a bucket or a topic. */
            readonly SourceArn?: string;
            /** @description The name of the new statement, unique in its policy. */
            readonly StatementId: string;
        };
        readonly AddPermissionResponse: {
            /** @description The statement as it was added. */
            readonly Statement: string;
        };
        /** @description What every exception may carry. The members differ in spelling from one exception to the next, and the name may stand in the header alone. */
        readonly Error: {
            /** @description Whose fault it is. */
            readonly Type?: string;
            readonly message?: string;
            readonly Message?: string;
            /** @description The exception's name. */
            readonly code?: string;
            /** @description The exception's name, perhaps after a namespace and `#`. */
            readonly __type?: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly AddPermission: {
        readonly parameters: {
            readonly query?: {
                /** @description The version or alias whose policy gets the statement. */
                readonly Qualifier?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description Which function: its name, its full ARN or its partial ARN, each with or without a version or alias. The page limits full ARNs to 140 characters and bare names to 64. */
                readonly FunctionName: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["AddPermissionRequest"];
            };
        };
        readonly responses: {
            /** @description The statement was added. */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AddPermissionResponse"];
                };
            };
            /** @description A value is not acceptable, or the policy would grow too large. */
            readonly 400: {
                headers: {
                    /**
                     * @description The exception's name.
                     * @example InvalidParameterValueException
                     */
                    readonly "X-Amzn-ErrorType"?: "InvalidParameterValueException" | "PolicyLengthExceededException";
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The function, version or alias is not there. */
            readonly 404: {
                headers: {
                    /**
                     * @description The exception's name.
                     * @example ResourceNotFoundException
                     */
                    readonly "X-Amzn-ErrorType"?: "ResourceNotFoundException";
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The statement id is taken, or something else is changing the function. */
            readonly 409: {
                headers: {
                    /**
                     * @description The exception's name.
                     * @example ResourceConflictException
                     */
                    readonly "X-Amzn-ErrorType"?: "ResourceConflictException";
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The given RevisionId is not the latest one. */
            readonly 412: {
                headers: {
                    /**
                     * @description The exception's name.
                     * @example PreconditionFailedException
                     */
                    readonly "X-Amzn-ErrorType"?: "PreconditionFailedException";
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Too many requests in too short a time. */
            readonly 429: {
                headers: {
                    /**
                     * @description The exception's name.
                     * @example TooManyRequestsException
                     */
                    readonly "X-Amzn-ErrorType"?: "TooManyRequestsException";
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The service failed. */
            readonly 500: {
                headers: {
                    /**
                     * @description The exception's name.
                     * @example ServiceException
                     */
                    readonly "X-Amzn-ErrorType"?: "ServiceException";
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
}
