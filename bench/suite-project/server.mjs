// The application under test: items over HTTP on PostgreSQL, as plain as one can be.
import { createServer } from "node:http";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 5 });

const server = createServer((request, response) => void answerRequest(request, response));

server.listen(0, "127.0.0.1", () =>
  console.log(`listening on http://127.0.0.1:${server.address().port}`),
);

async function answerRequest(request, response) {
  const [, , id] = request.url.split("/");
  try {
    let answer;
    if (request.method === "POST") {
      const { name, price } = await readJson(request);
      answer = await pool.query("insert into items (name, price) values ($1, $2) returning *", [
        name,
        price,
      ]);
    } else if (request.method === "PATCH") {
      const { price } = await readJson(request);
      answer = await pool.query("update items set price = $2 where id = $1 returning *", [
        id,
        price,
      ]);
    } else if (request.method === "DELETE") {
      answer = await pool.query("delete from items where id = $1 returning *", [id]);
    } else {
      answer = await pool.query("select * from items where id = $1", [id]);
    }
    const status = answer.rowCount === 0 ? 404 : request.method === "POST" ? 201 : 200;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(answer.rows[0] ?? { error: "not found" }));
  } catch (error) {
    response.writeHead(500, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: String(error) }));
  }
}

async function readJson(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}
