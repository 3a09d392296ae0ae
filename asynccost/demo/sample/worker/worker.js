import express from "express";
import OpenAI from "openai";

const app = express();
const shared = new OpenAI({ apiKey: process.env.OPENAI_API_KEY });

app.post("/answer", async (request, response) => {
  const client = new OpenAI({ apiKey: process.env.OPENAI_API_KEY });
  const completion = await client.chat.completions.create({
    model: "gpt-4o-mini",
    messages: [{ role: "user", content: request.body.question }],
  });
  response.json({ answer: completion.choices[0].message.content });
});

app.post("/summaries", async (request, response) => {
  const summaries = [];
  for (const document of request.body.documents) {
    const completion = await shared.chat.completions.create({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: document.text }],
    });
    summaries.push(completion.choices[0].message.content);
  }
  response.json({ summaries });
});

app.post("/notify", async (request, response) => {
  request.body.users.slice(0, 20).forEach(async (user) => {
    await fetch(`http://127.0.0.1:9000/notify/${user.id}`, { method: "POST" });
  });
  response.json({ sent: true });
});

app.listen(3000);
