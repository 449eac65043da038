// Generated from spec/add-permission.yaml by `npm run generate`. Do not edit.
export interface paths {
    "/2015-03-31/functions/{FunctionName}/policy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a service or an account use a function.
         * @description Appends one statement to the resource-based policy of a function, or of one version or alias when a qualifier is given.
         */
        post: operations["AddPermission"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AddPermissionRequest: {
            /** @description What the principal may do. */
            Action: string;
            /** @description The token that an Alexa smart home skill must present. */
            EventSourceToken?: string;
            /** @description Who is let in, a service by its domain-like name or an account by its id. */
            Principal: string;
            /** @description Makes the call conditional on this revision still being the latest one. */
            RevisionId?: string;
            /** @description The account that must own the calling resource. */
            SourceAccount?: string;
            /** @description The calling resource, such as a bucket or a topic. */
            SourceArn?: string;
            /** @description The name of the new statement, unique in its policy. */
            StatementId: string;
        };
        AddPermissionResponse: {
            /** @description The statement as it was added. */
            Statement: string;
        };
        /** @description What every exception may carry. The members differ in spelling from one exception to the next, and the name may stand in the header alone. */
        Error: {
            /** @description Whose fault it is. */
            Type?: string;
            message?: string;
            Message?: string;
            /** @description The exception's name. */
            code?: string;
            /** @description The exception's name, perhaps after a namespace and `#`. */
            __type?: string;
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
    AddPermission: {
        parameters: {
            query?: {
                /** @description The version or alias whose policy gets the statement. */
                Qualifier?: string;
            };
            header?: never;
            path: {
                /** @description Which function: its name, its full ARN or its partial ARN, each with or without a version or alias. The page limits full ARNs to 140 characters and bare names to 64. */
                FunctionName: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddPermissionRequest"];
            };
        };
        responses: {
            /** @description The statement was added. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AddPermissionResponse"];
                };
            };
            /** @description A value is not acceptable, or the policy would grow too large. */
            400: {
                headers: {
                    /**
                     * @description The exception's name.
                     * @example InvalidParameterValueException
                     */
                    "X-Amzn-ErrorType"?: "InvalidParameterValueException" | "PolicyLengthExceededException";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The function, version or alias is not there. */
            404: {
                headers: {
                    /**
                     * @description The exception's name.
                     * @example ResourceNotFoundException
                     */
                    "X-Amzn-ErrorType"?: "ResourceNotFoundException";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The statement id is taken, or something else is changing the function. */
            409: {
                headers: {
                    /**
                     * @description The exception's name.
                     * @example ResourceConflictException
                     */
                    "X-Amzn-ErrorType"?: "ResourceConflictException";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The given RevisionId is not the latest one. */
            412: {
                headers: {
                    /**
                     * @description The exception's name.
                     * @example PreconditionFailedException
                     */
                    "X-Amzn-ErrorType"?: "PreconditionFailedException";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Too many requests in too short a time. */
            429: {
                headers: {
                    /**
                     * @description The exception's name.
                     * @example TooManyRequestsException
                     */
                    "X-Amzn-ErrorType"?: "TooManyRequestsException";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The service failed. */
            500: {
                headers: {
                    /**
                     * @description The exception's name.
                     * @example ServiceException
                     */
                    "X-Amzn-ErrorType"?: "ServiceException";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
}
