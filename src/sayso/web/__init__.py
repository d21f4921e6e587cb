"""HTTP, WebSocket and public pages: nothing else speaks HTTP inwards."""
