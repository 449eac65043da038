// Generated from spec/*.yaml by `npm run generate`. Do not edit.
export interface paths {
    "/2015-03-31/functions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create a function. */
        post: operations["CreateFunction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/2015-03-31/functions/{FunctionName}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                FunctionName: components["parameters"]["FunctionName"];
            };
            cookie?: never;
        };
        /** Read a function, or one version or alias of it. */
        get: operations["GetFunction"];
        put?: never;
        post?: never;
        /** Delete a function with its versions, aliases and policies. */
        delete: operations["DeleteFunction"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/2015-03-31/functions/{FunctionName}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                FunctionName: components["parameters"]["FunctionName"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Freeze the function as its next version. */
        post: operations["PublishVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/2015-03-31/functions/{FunctionName}/aliases": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                FunctionName: components["parameters"]["FunctionName"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a version a name. */
        post: operations["CreateAlias"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/2015-03-31/functions/{FunctionName}/aliases/{Name}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                FunctionName: components["parameters"]["FunctionName"];
                Name: components["parameters"]["AliasName"];
            };
            cookie?: never;
        };
        /** Read an alias. */
        get: operations["GetAlias"];
        put?: never;
        post?: never;
        /** Delete an alias. */
        delete: operations["DeleteAlias"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/2015-03-31/functions/{FunctionName}/policy": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                FunctionName: components["parameters"]["FunctionName"];
            };
            cookie?: never;
        };
        /** Read the policy of a function, version or alias. */
        get: operations["GetPolicy"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/2015-03-31/functions/{FunctionName}/policy/{StatementId}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                FunctionName: components["parameters"]["FunctionName"];
                StatementId: components["parameters"]["StatementId"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Take one statement out of a policy. */
        delete: operations["RemovePermission"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @example {
         *       "FunctionName": "my-function",
         *       "FunctionArn": "arn:aws:lambda:us-east-1:123456789012:function:my-function",
         *       "Version": "1",
         *       "RevisionId": "00000000-0000-4000-8000-000000000001",
         *       "State": "Active",
         *       "LastUpdateStatus": "Successful"
         *     }
         */
        FunctionConfiguration: {
            FunctionName: string;
            /** @description Unqualified after CreateFunction, qualified for a version. */
            FunctionArn: string;
            Version?: string;
            RevisionId?: string;
            Role?: string;
            Runtime?: string;
            Handler?: string;
            /** @enum {string} */
            State?: "Pending" | "Active" | "Inactive" | "Failed";
            /** @enum {string} */
            LastUpdateStatus?: "Successful" | "Failed" | "InProgress";
        };
        /**
         * @example {
         *       "AliasArn": "arn:aws:lambda:us-east-1:123456789012:function:my-function:live",
         *       "Name": "live",
         *       "FunctionVersion": "1",
         *       "RevisionId": "00000000-0000-4000-8000-000000000002"
         *     }
         */
        AliasConfiguration: {
            AliasArn: string;
            Name: string;
            FunctionVersion: string;
            Description?: string;
            RevisionId?: string;
        };
        /**
         * @example {
         *       "Policy": "{\"Version\":\"2012-10-17\",\"Id\":\"default\",\"Statement\":[{\"Sid\":\"from-my-bucket\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"s3.amazonaws.com\"},\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"arn:aws:lambda:us-east-1:123456789012:function:my-function\"}]}",
         *       "RevisionId": "00000000-0000-4000-8000-000000000003"
         *     }
         */
        GetPolicyResponse: {
            /** @description The policy as JSON in a string; its statements stand under Statement. */
            Policy: string;
            /** @description The revision that a conditional write has to name. */
            RevisionId?: string;
        };
        Error: {
            /** @description Whose fault it is. */
            Type?: string;
            message?: string;
            Message?: string;
            code?: string;
            __type?: string;
        };
    };
    responses: {
        /** @description A value is not acceptable. */
        InvalidParameterValue: {
            headers: {
                /** @description The exception's name. */
                "X-Amzn-ErrorType"?: "InvalidParameterValueException";
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "Type": "User",
                 *       "message": "A value in the request is not acceptable."
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description What the request names is not there. */
        ResourceNotFound: {
            headers: {
                /** @description The exception's name. */
                "X-Amzn-ErrorType"?: "ResourceNotFoundException";
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "Type": "User",
                 *       "Message": "There is no such thing."
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The name is taken, or something else is changing the function. */
        ResourceConflict: {
            headers: {
                /** @description The exception's name. */
                "X-Amzn-ErrorType"?: "ResourceConflictException";
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "Type": "User",
                 *       "message": "That name is taken."
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description The given RevisionId is not the latest one. */
        PreconditionFailed: {
            headers: {
                /** @description The exception's name. */
                "X-Amzn-ErrorType"?: "PreconditionFailedException";
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "Type": "User",
                 *       "message": "That RevisionId is out of date."
                 *     }
                 */
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        FunctionName: string;
        Qualifier: string;
        AliasName: string;
        StatementId: string;
        RevisionId: string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    CreateFunction: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    FunctionName: string;
                    /** @description ARN of the role that the function runs as. */
                    Role: string;
                    Runtime?: string;
                    Handler?: string;
                    /** @description Publish version 1 at once. */
                    Publish?: boolean;
                    Description?: string;
                    Code: {
                        /** @description The deployment package, base64. */
                        ZipFile?: string;
                    };
                };
            };
        };
        responses: {
            /** @description The function exists. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FunctionConfiguration"];
                };
            };
            400: components["responses"]["InvalidParameterValue"];
            409: components["responses"]["ResourceConflict"];
        };
    };
    GetFunction: {
        parameters: {
            query?: {
                Qualifier?: components["parameters"]["Qualifier"];
            };
            header?: never;
            path: {
                FunctionName: components["parameters"]["FunctionName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The function. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        Configuration: components["schemas"]["FunctionConfiguration"];
                    };
                };
            };
            404: components["responses"]["ResourceNotFound"];
        };
    };
    DeleteFunction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                FunctionName: components["parameters"]["FunctionName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The function is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["ResourceNotFound"];
        };
    };
    PublishVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                FunctionName: components["parameters"]["FunctionName"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    Description?: string;
                    RevisionId?: string;
                };
            };
        };
        responses: {
            /** @description The version exists. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FunctionConfiguration"];
                };
            };
            404: components["responses"]["ResourceNotFound"];
        };
    };
    CreateAlias: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                FunctionName: components["parameters"]["FunctionName"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    Name: string;
                    FunctionVersion: string;
                    Description?: string;
                };
            };
        };
        responses: {
            /** @description The alias exists. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasConfiguration"];
                };
            };
            404: components["responses"]["ResourceNotFound"];
            409: components["responses"]["ResourceConflict"];
        };
    };
    GetAlias: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                FunctionName: components["parameters"]["FunctionName"];
                Name: components["parameters"]["AliasName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The alias. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasConfiguration"];
                };
            };
            404: components["responses"]["ResourceNotFound"];
        };
    };
    DeleteAlias: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                FunctionName: components["parameters"]["FunctionName"];
                Name: components["parameters"]["AliasName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The alias is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    GetPolicy: {
        parameters: {
            query?: {
                Qualifier?: components["parameters"]["Qualifier"];
            };
            header?: never;
            path: {
                FunctionName: components["parameters"]["FunctionName"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The policy. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GetPolicyResponse"];
                };
            };
            404: components["responses"]["ResourceNotFound"];
        };
    };
    RemovePermission: {
        parameters: {
            query?: {
                Qualifier?: components["parameters"]["Qualifier"];
                RevisionId?: components["parameters"]["RevisionId"];
            };
            header?: never;
            path: {
                FunctionName: components["parameters"]["FunctionName"];
                StatementId: components["parameters"]["StatementId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The statement is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            404: components["responses"]["ResourceNotFound"];
            412: components["responses"]["PreconditionFailed"];
        };
    };
}
