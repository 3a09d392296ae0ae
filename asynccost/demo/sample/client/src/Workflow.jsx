import { useEffect, useState } from "react";

export function Workflow({ clientId }) {
  const [ws, setWs] = useState(null);
  const [messages, setMessages] = useState([]);
  const [workflow, setWorkflow] = useState(null);

  useEffect(() => {
    const connect = () => {
      const socket = new WebSocket(`ws://127.0.0.1:8080/ws/${clientId}`);
      socket.onmessage = (event) => setMessages((all) => [...all, JSON.parse(event.data)]);
      socket.onclose = () => {
        setTimeout(connect, 3000);
      };
      setWs(socket);
    };
    connect();
    return () => {
      if (ws) ws.close();
    };
  }, [clientId]);

  useEffect(() => {
    const load = async () => {
      const response = await fetch(`/api/workflows/${clientId}`);
      setWorkflow(await response.json());
    };
    load();
  }, [clientId]);

  return (
    <section>
      <h1>{workflow?.name}</h1>
      <ul>
        {messages.map((message) => (
          <li key={message.id}>{message.text}</li>
        ))}
      </ul>
    </section>
  );
}
