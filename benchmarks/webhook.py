def benchmark():
    return []
