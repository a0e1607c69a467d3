// What a user's program does, in the words of the client that was made from the document.

import { strict as assert } from "node:assert";

import * as api from "./client";
import { client } from "./client/client.gen";

client.setConfig({ baseUrl: process.env.BASE!, auth: () => process.env.TOKEN! });

async function main() {
  const created = await api.createRecipient({
    body: { email: "anna@example.org", name: "Anna" },
    headers: { "Idempotency-Key": "a-key-of-ours" },
    throwOnError: true,
  });
  assert.equal(created.response.status, 201);
  const id: number = created.data.id;

  const shown = await api.showRecipient({ path: { id }, throwOnError: true });
  const version = shown.response.headers.get("etag")!;
  const changed = await api.changeRecipient({
    path: { id },
    headers: { "If-Match": version },
    body: { email: "anna@example.org", name: "Anna Kern", comment: null },
    throwOnError: true,
  });
  assert.equal(changed.data.name, "Anna Kern");

  const refused = await api.changeRecipient({
    path: { id },
    headers: { "If-Match": version },
    body: { email: "anna@example.org", name: "Anna Klein" },
  });
  assert.equal(refused.error?.status, 412);

  const wrong = await api.createRecipient({ body: { email: "anna", name: "" } });
  assert.deepEqual(wrong.error?.errors.map((error) => error.field).sort(), ["email", "name"]);

  const page = await api.listRecipients({ query: { search: "kern", limit: 1 }, throwOnError: true });
  assert.equal(page.data.items[0]?.id, id);
  assert.equal(page.data.next, null);
  console.log("done");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
