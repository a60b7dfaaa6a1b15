"""Our own small media engine: G.711 over RTP, relayed, tapped, listened to for digits."""
