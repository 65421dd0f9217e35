// Case 36: the platform's own SDK against a running simulator. README.md beside this file says how to call it.
// The SDK may not be passed on, so it is found where the caller installed it; nothing of it is copied here.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const simulator = process.argv[2];
assert.ok(simulator, "usage: node run.mjs http://127.0.0.1:PORT, in the folder where the SDK is installed");

const installed = createRequire(`${process.cwd()}/`);
const sdk = (part) => installed(`@lightelligence/browser-sdk/dist/cjs/${part}`).default;
const developer = sdk("modules/applicationDeveloper");
const tenantSide = sdk("modules/application");

const T2 = "22222222-2222-4222-8222-222222222222";

async function steer(what, body) {
  const response = await fetch(`${simulator}/_sim/${what}`, { method: "POST", body: JSON.stringify(body) });
  assert.equal(response.status, 200, await response.clone().text());
  return response.json();
}

/** The SDK takes its token from a logged-in user; the simulator mints one. */
async function actAs(user, tenant) {
  const { results } = await steer("state", { ops: [{ op: "token.mint", user, tenant }] });
  sdk("tools/userManagerProvider").set({ getUser: async () => results[0] });
}

const asOwner = () => actAs("writer-t1", "11111111-1111-4111-8111-111111111111");
const asTenant = () => actAs("writer-t2", T2);

async function expect(what, call, status) {
  const answer = await call;
  assert.equal(answer.httpStatusCode, status, `${what}: ${JSON.stringify(answer)}`);
  assert.equal(typeof answer.errorMessage, status < 400 ? "undefined" : "string", what);
  console.log(`ok ${status} ${what}`);
  return answer;
}

sdk("tools/environmentProvider").set({ apiUri: `${simulator}/v1` });
await steer("reset", { switches: { contract: "2019-05" } });

await asOwner();
const created = await expect("create", developer.createApplication({ name: "by the SDK" }), 200);
const id = created.data.id;
assert.match(created.data.oauth2Client.secret, /^[A-Za-z0-9_-]{16}$/);
await expect("create again", developer.createApplication({ name: "by the SDK" }), 409);
const listed = await expect("list", developer.getApplications({ page: 0, pageSize: 10 }), 200);
assert.deepEqual(listed.data.map((one) => one.id), [id]);
await expect("get", developer.getApplicationDetails(id), 200);
const changed = await expect("patch", developer.patchApplication(id, { name: "renamed" }), 200);
assert.deepEqual(Object.keys(changed.data).sort(), ["id", "name", "updatedAt"]);
await expect("allow", developer.addAllowedTenant(id, T2, { comment: "north" }), 200);
const rows = await expect("list allowed", developer.getAllowedTenants(id), 200);
assert.equal(rows.data[0].comment, "north");
const rotated = await expect("rotate", developer.regenerateApplicationSecret(id), 201);
assert.notEqual(rotated.data.secret, created.data.oauth2Client.secret);

await asTenant();
await expect("see", tenantSide.getApplication(id), 200);
await expect("install", tenantSide.installApplication(id), 200);
await expect("install again", tenantSide.installApplication(id), 200);
const seen = await expect("list seen", tenantSide.getApplications({ installed: true }), 200);
assert.equal(seen.data[0].installation.tenantId, T2);
await expect("uninstall", tenantSide.uninstallApplication(id), 204);
await expect("uninstall again", tenantSide.uninstallApplication(id), 404);

await asOwner();
await expect("disallow", developer.removeAllowedTenant(id, T2), 204);
await expect("delete", developer.deleteApplication(id), 204);
await expect("get deleted", developer.getApplicationDetails(id), 404);

// A body that is labelled JSON and is none is the one thing that makes the SDK throw.
await fetch(`${simulator}/_sim/faults`, {
  method: "POST",
  body: JSON.stringify({ fault: { kind: "content_type", value: "application/json" } }),
});
await assert.rejects(developer.getApplications(), SyntaxError);
console.log("ok throws on a body that is no JSON");

await steer("reset", { switches: { contract: "2019-12" } });
await asTenant();
await expect("install the old way under 2019-12", tenantSide.installApplication(id), 405);
