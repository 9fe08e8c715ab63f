// Starts the API's own description; kept in a file because the pages allow no inline script.
SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true });
